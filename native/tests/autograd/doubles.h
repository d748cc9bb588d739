// Arrays in double and the operations of the tape on them, written from their definitions: what the tape is held against.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <vector>

struct Doubles {
    std::vector<int64_t> shape;
    std::vector<double> data;

    explicit Doubles(std::vector<int64_t> extents) : shape(std::move(extents)), data(static_cast<size_t>(sizeOf(shape))) {}
    static int64_t sizeOf(const std::vector<int64_t>& extents) {
        int64_t size = 1;
        for (int64_t extent : extents) {
            size *= extent;
        }
        return size;
    }
    int64_t size() const { return static_cast<int64_t>(data.size()); }
    int64_t last() const { return shape.empty() ? 1 : shape.back(); }
    int64_t rows() const { return last() == 0 ? 0 : size() / last(); }
    double& operator[](int64_t i) { return data[static_cast<size_t>(i)]; }
    double operator[](int64_t i) const { return data[static_cast<size_t>(i)]; }
};

using Inputs = std::vector<Doubles>;
using Reference = std::function<Doubles(const Inputs&)>;

inline std::vector<int64_t> indexOf(int64_t place, const std::vector<int64_t>& shape) {
    std::vector<int64_t> index(shape.size());
    for (size_t axis = shape.size(); axis-- > 0;) {
        index[axis] = place % shape[axis];
        place /= shape[axis];
    }
    return index;
}
// Where an index of the whole lies in an operand that is repeated.
inline int64_t placeOf(const std::vector<int64_t>& index, const std::vector<int64_t>& shape) {
    int64_t place = 0;
    for (size_t axis = 0; axis < shape.size(); axis++) {
        int64_t at = index[index.size() - shape.size() + axis];
        place = place * shape[axis] + (shape[axis] == 1 ? 0 : at);
    }
    return place;
}
inline std::vector<int64_t> together(const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
    std::vector<int64_t> whole(std::max(a.size(), b.size()), 1);
    for (size_t back = 1; back <= whole.size(); back++) {
        int64_t x = back <= a.size() ? a[a.size() - back] : 1, y = back <= b.size() ? b[b.size() - back] : 1;
        whole[whole.size() - back] = x == 1 ? y : x;
    }
    return whole;
}

inline Reference pairs(std::function<double(double, double)> f) {
    return [f](const Inputs& in) {
        Doubles out(together(in[0].shape, in[1].shape));
        for (int64_t i = 0; i < out.size(); i++) {
            std::vector<int64_t> index = indexOf(i, out.shape);
            out[i] = f(in[0][placeOf(index, in[0].shape)], in[1][placeOf(index, in[1].shape)]);
        }
        return out;
    };
}
inline Reference each(std::function<double(double)> f) {
    return [f](const Inputs& in) {
        Doubles out = in[0];
        std::transform(out.data.begin(), out.data.end(), out.data.begin(), f);
        return out;
    };
}
inline Reference total(bool mean) {
    return [mean](const Inputs& in) {
        Doubles out({});
        for (double x : in[0].data) {
            out[0] += x / (mean ? static_cast<double>(in[0].size()) : 1);
        }
        return out;
    };
}
// axes in ascending order; none: all
inline Reference largestOf(std::vector<size_t> axes) {
    return [axes](const Inputs& in) {
        auto goes = [&](size_t axis) { return axes.empty() || std::find(axes.begin(), axes.end(), axis) != axes.end(); };
        std::vector<int64_t> shape;
        for (size_t axis = 0; axis < in[0].shape.size(); axis++) {
            if (!goes(axis)) {
                shape.push_back(in[0].shape[axis]);
            }
        }
        Doubles out(shape);
        std::fill(out.data.begin(), out.data.end(), -std::numeric_limits<double>::infinity());
        for (int64_t i = 0; i < in[0].size(); i++) {
            std::vector<int64_t> index = indexOf(i, in[0].shape), kept;
            for (size_t axis = 0; axis < index.size(); axis++) {
                if (!goes(axis)) {
                    kept.push_back(index[axis]);
                }
            }
            int64_t place = placeOf(kept, shape);
            out[place] = std::max(out[place], in[0][i]);
        }
        return out;
    };
}
// cuts: begin, count and step of each axis
inline Reference cutOf(std::vector<int64_t> cuts) {
    return [cuts](const Inputs& in) {
        std::vector<int64_t> shape;
        for (size_t axis = 0; axis < in[0].shape.size(); axis++) {
            shape.push_back(cuts[3 * axis + 1]);
        }
        Doubles out(shape);
        for (int64_t i = 0; i < out.size(); i++) {
            std::vector<int64_t> index = indexOf(i, shape);
            int64_t place = 0;
            for (size_t axis = 0; axis < index.size(); axis++) {
                place = place * in[0].shape[axis] + cuts[3 * axis] + index[axis] * cuts[3 * axis + 2];
            }
            out[i] = in[0][place];
        }
        return out;
    };
}
inline Reference joinedOf(size_t along) {
    return [along](const Inputs& in) {
        std::vector<int64_t> shape = in[0].shape;
        shape[along] = 0;
        for (const Doubles& part : in) {
            shape[along] += part.shape[along];
        }
        Doubles out(shape);
        for (int64_t i = 0; i < out.size(); i++) {
            std::vector<int64_t> index = indexOf(i, shape);
            size_t which = 0;
            while (index[along] >= in[which].shape[along]) {
                index[along] -= in[which++].shape[along];
            }
            int64_t place = 0;
            for (size_t axis = 0; axis < index.size(); axis++) {
                place = place * in[which].shape[axis] + index[axis];
            }
            out[i] = in[which][place];
        }
        return out;
    };
}
inline Reference softmaxOf(bool logarithm) {
    return [logarithm](const Inputs& in) {
        Doubles out = in[0];
        for (int64_t r = 0; r < out.rows(); r++) {
            double sum = 0;
            for (int64_t c = 0; c < out.last(); c++) {
                sum += std::exp(in[0][r * out.last() + c]);
            }
            for (int64_t c = 0; c < out.last(); c++) {
                double& y = out[r * out.last() + c];
                y = logarithm ? y - std::log(sum) : std::exp(y) / sum;
            }
        }
        return out;
    };
}
inline Reference normOf(bool centred, double eps) {
    return [centred, eps](const Inputs& in) {
        Doubles out = in[0];
        const int64_t c = out.last();
        for (int64_t r = 0; r < out.rows(); r++) {
            double mean = 0, square = 0;
            for (int64_t i = 0; i < c && centred; i++) {
                mean += out[r * c + i] / static_cast<double>(c);
            }
            for (int64_t i = 0; i < c; i++) {
                square += (out[r * c + i] - mean) * (out[r * c + i] - mean) / static_cast<double>(c);
            }
            for (int64_t i = 0; i < c; i++) {
                out[r * c + i] = (out[r * c + i] - mean) / std::sqrt(square + eps) * in[1][i] + (in.size() > 2 ? in[2][i] : 0);
            }
        }
        return out;
    };
}
inline Doubles product(const Inputs& in) {
    std::vector<int64_t> a = in[0].shape, b = in[1].shape;
    const bool row = a.size() == 1, column = b.size() == 1;
    if (row) {
        a.insert(a.begin(), 1);
    }
    if (column) {
        b.push_back(1);
    }
    const int64_t m = a[a.size() - 2], k = a.back(), n = b.back();
    std::vector<int64_t> aAxes(a.begin(), a.end() - 2), bAxes(b.begin(), b.end() - 2), axes = together(aAxes, bAxes), shape = axes;
    if (!row) {
        shape.push_back(m);
    }
    if (!column) {
        shape.push_back(n);
    }
    Doubles out(shape);
    for (int64_t i = 0; i < out.size(); i++) {
        std::vector<int64_t> index = indexOf(i / (m * n), axes);
        int64_t at = placeOf(index, aAxes) * m * k + i / n % m * k, bt = placeOf(index, bAxes) * k * n + i % n;
        for (int64_t j = 0; j < k; j++) {
            out[i] += in[0][at + j] * in[1][bt + j * n];
        }
    }
    return out;
}
inline Doubles linearOf(const Inputs& in) {
    std::vector<int64_t> shape = in[0].shape;
    const int64_t k = in[1].shape[0], n = in[1].shape[1];
    shape.back() = n;
    Doubles out(shape);
    for (int64_t i = 0; i < out.size(); i++) {
        out[i] = in.size() > 2 ? in[2][i % n] : 0;
        for (int64_t j = 0; j < k; j++) {
            out[i] += in[0][i / n * k + j] * in[1][j * n + i % n];
        }
    }
    return out;
}
inline Reference rowsOf(std::vector<int64_t> ids) {
    return [ids](const Inputs& in) {
        const int64_t c = in[0].last();
        Doubles out({static_cast<int64_t>(ids.size()), c});
        for (int64_t i = 0; i < out.size(); i++) {
            out[i] = in[0][ids[static_cast<size_t>(i / c)] * c + i % c];
        }
        return out;
    };
}
inline Reference surprise(std::vector<int64_t> classes) {
    return [classes](const Inputs& in) {
        Doubles logs = softmaxOf(true)(in), out({});
        double count = 0;
        for (size_t r = 0; r < classes.size(); r++) {
            if (classes[r] >= 0) {
                out[0] -= logs[static_cast<int64_t>(r) * logs.last() + classes[r]];
                count++;
            }
        }
        out[0] = count == 0 ? 0 : out[0] / count;
        return out;
    };
}
inline Doubles squares(const Inputs& in) {
    Doubles out({});
    for (int64_t i = 0; i < in[0].size(); i++) {
        out[0] += (in[0][i] - in[1][i]) * (in[0][i] - in[1][i]) / static_cast<double>(in[0].size());
    }
    return out;
}
inline Reference shaped(std::vector<int64_t> shape) {
    return [shape](const Inputs& in) {
        Doubles out(shape);
        out.data = in[0].data;
        return out;
    };
}
inline Reference turned(std::vector<int64_t> axes) {
    return [axes](const Inputs& in) {
        std::vector<int64_t> shape(axes.size());
        for (size_t i = 0; i < axes.size(); i++) {
            shape[i] = in[0].shape[static_cast<size_t>(axes[i])];
        }
        Doubles out(shape);
        for (int64_t i = 0; i < out.size(); i++) {
            std::vector<int64_t> index = indexOf(i, shape), from(axes.size());
            for (size_t axis = 0; axis < axes.size(); axis++) {
                from[static_cast<size_t>(axes[axis])] = index[axis];
            }
            out[i] = in[0][placeOf(from, in[0].shape)];
        }
        return out;
    };
}
// q (B,NH,T,HS), k and v (B,NKV,S,HS)
inline Reference attended(bool causal) {
    return [causal](const Inputs& in) {
        const Doubles &q = in[0], &k = in[1], &v = in[2];
        const int64_t heads = q.shape[1], keyHeads = k.shape[1], t = q.shape[2], s = k.shape[2], width = q.shape[3];
        Doubles out(q.shape);
        for (int64_t i = 0; i < q.rows(); i++) {
            const int64_t b = i / (heads * t), h = i / t % heads, kv = b * keyHeads + h * keyHeads / heads;
            const int64_t seen = causal ? s - t + i % t + 1 : s;
            std::vector<double> p(static_cast<size_t>(seen));
            double sum = 0;
            for (int64_t j = 0; j < seen; j++) {
                double score = 0;
                for (int64_t d = 0; d < width; d++) {
                    score += q[i * width + d] * k[(kv * s + j) * width + d] / std::sqrt(static_cast<double>(width));
                }
                sum += p[static_cast<size_t>(j)] = std::exp(score);
            }
            for (int64_t j = 0; j < seen; j++) {
                for (int64_t d = 0; d < width; d++) {
                    out[i * width + d] += p[static_cast<size_t>(j)] / sum * v[(kv * s + j) * width + d];
                }
            }
        }
        return out;
    };
}
// qkv (B,T,3C)
inline Reference selfAttended(int64_t heads, bool causal) {
    return [heads, causal](const Inputs& in) {
        const int64_t batch = in[0].shape[0], t = in[0].shape[1], c = in[0].last() / 3, width = c / heads;
        Inputs parts(3, Doubles({batch, heads, t, width}));
        for (int64_t i = 0; i < parts[0].size(); i++) {
            const int64_t d = i % width, row = i / width % t, h = i / width / t % heads, b = i / width / t / heads;
            for (int64_t which = 0; which < 3; which++) {
                parts[static_cast<size_t>(which)][i] = in[0][(b * t + row) * 3 * c + which * c + h * width + d];
            }
        }
        Doubles apart = attended(causal)(parts), out({batch, t, c});
        for (int64_t i = 0; i < apart.size(); i++) {
            const int64_t d = i % width, row = i / width % t, h = i / width / t % heads, b = i / width / t / heads;
            out[(b * t + row) * c + h * width + d] = apart[i];
        }
        return out;
    };
}
inline Reference turnedPairs(int64_t start, bool interleaved, double theta) {
    return [=](const Inputs& in) {
        Doubles out = in[0];
        const int64_t t = in[0].shape[2], width = in[0].last(), half = width / 2;
        for (int64_t i = 0; i < out.rows(); i++) {
            for (int64_t j = 0; j < half; j++) {
                const double angle = static_cast<double>(start + i % t) * std::pow(theta, -2.0 * static_cast<double>(j) / static_cast<double>(width));
                const int64_t a = i * width + (interleaved ? 2 * j : j), b = interleaved ? a + 1 : a + half;
                const double x = in[0][a], y = in[0][b];
                out[a] = x * std::cos(angle) - y * std::sin(angle);
                out[b] = x * std::sin(angle) + y * std::cos(angle);
            }
        }
        return out;
    };
}
