// Attention as the formula says it, one head after the other, with the whole score matrix in memory. In double.
//
//   forward    S = Q K^T / sqrt(HS) + bias over the keys that a query sees             (T,S)
//              logSumExp_t = log sum over j of exp(S_tj)                               (T)
//              P = exp(S - logSumExp)                                                  (T,S)
//              O = P V                                                                 (T,HS)
//   backward   dV = P^T dO,  dP = dO V^T,  dS = P (dP - dO . O)                        (S,HS), (T,S)
//              dQ = dS K / sqrt(HS),  dK = dS^T Q / sqrt(HS)
//
// Query heads that share a key head add to its gradient one after the other. Vaswani et al. 2017 (https://arxiv.org/abs/1706.03762).
#include "engine/attention/reference.h"

#include <cmath>
#include <limits>

#include "engine/attention/sight.h"
#include "engine/core/buffer.h"

namespace llmsys {

namespace {

// Rows (rows, width) of one head.
struct Rows {
    float* data;
    int64_t stride;
    int64_t width;

    Rows(const Heads& heads, int64_t b, int64_t h)
        : data(heads.data + b * heads.batch_stride + h * heads.head_stride), stride(heads.row_stride), width(heads.width) {}
    float* row(int64_t t) const { return data + t * stride; }
};

double dot(const float* a, const float* b, int64_t width) {
    double sum = 0;
    for (int64_t d = 0; d < width; d++) {
        sum += static_cast<double>(a[d]) * b[d];
    }
    return sum;
}

// A head of no width has scores 0.
double scaleOf(int64_t width) { return width == 0 ? 0 : 1 / std::sqrt(static_cast<double>(width)); }

class Doubles {
public:
    explicit Doubles(int64_t count) : buffer_(count * static_cast<int64_t>(sizeof(double)), "attention") {
        for (int64_t i = 0; i < count; i++) {
            data()[i] = 0;
        }
    }
    double* data() const { return static_cast<double*>(buffer_.data()); }

private:
    Buffer buffer_;
};

// What one head's two directions share.
struct Head {
    int64_t batch, head, queries, keys;
    const lls_mask& mask;

    Sight sight(int64_t t) const { return sightOf(mask, batch, t, queries, keys); }

    // S of query t, at the keys that it sees.
    void scores(const Rows& q, const Rows& k, int64_t t, double* s) const {
        double scale = scaleOf(q.width);
        Sight seen = sight(t);
        for (int64_t j = seen.from; j < seen.end; j++) {
            double distance = static_cast<double>(keys - queries + t - j);
            s[j] = dot(q.row(t), k.row(j), q.width) * scale - (mask.slopes ? mask.slopes[head] * distance : 0);
        }
    }
};

double logSumExpOf(const double* s, Sight seen) {
    if (seen.count() == 0) {
        return 0;
    }
    double max = -std::numeric_limits<double>::infinity();
    for (int64_t j = seen.from; j < seen.end; j++) {
        max = s[j] > max || s[j] != s[j] ? s[j] : max;
    }
    double sum = 0;
    for (int64_t j = seen.from; j < seen.end; j++) {
        sum += std::exp(s[j] - max);
    }
    return max + std::log(sum);
}

void clear(const Heads& heads) {
    for (int64_t b = 0; b < heads.batch; b++) {
        for (int64_t h = 0; h < heads.heads; h++) {
            Rows rows(heads, b, h);
            for (int64_t t = 0; t < heads.rows; t++) {
                std::fill(rows.row(t), rows.row(t) + heads.width, 0.0f);
            }
        }
    }
}

class ReferenceAttention final : public Attention {
public:
    void forward(const Heads& q, const Heads& k, const Heads& v, const lls_mask& mask, const Heads& out, float* logSumExp, Workers&) const override {
        Doubles scores(q.rows * k.rows);                                                       // (T,S)
        for (int64_t b = 0; b < q.batch; b++) {
            for (int64_t h = 0; h < q.heads; h++) {
                int64_t kv = h * k.heads / q.heads;
                Head head{b, h, q.rows, k.rows, mask};
                float* lse = logSumExp ? logSumExp + (b * q.heads + h) * q.rows : nullptr;
                forwardHead(head, Rows(q, b, h), Rows(k, b, kv), Rows(v, b, kv), Rows(out, b, h), scores.data(), lse);
            }
        }
    }

    void backward(const Heads& q, const Heads& k, const Heads& v, const lls_mask& mask, const Heads& out, const float* logSumExp,
                  const Heads& gradOut, const Heads& gradQ, const Heads& gradK, const Heads& gradV, Workers&) const override {
        Doubles p(q.rows * k.rows);                                                            // (T,S)
        Doubles dS(q.rows * k.rows);
        clear(gradK);
        clear(gradV);
        for (int64_t b = 0; b < q.batch; b++) {
            for (int64_t h = 0; h < q.heads; h++) {
                int64_t kv = h * k.heads / q.heads;
                Head head{b, h, q.rows, k.rows, mask};
                Rows queries(q, b, h), keys(k, b, kv), values(v, b, kv), dO(gradOut, b, h);
                gradScores(head, queries, keys, values, Rows(out, b, h), dO, logSumExp + (b * q.heads + h) * q.rows, p.data(), dS.data());
                gradients(head, queries, keys, dO, p.data(), dS.data(), Rows(gradQ, b, h), Rows(gradK, b, kv), Rows(gradV, b, kv));
            }
        }
    }

private:
    static void forwardHead(const Head& head, const Rows& q, const Rows& k, const Rows& v, const Rows& out, double* scores, float* logSumExp) {
        for (int64_t t = 0; t < head.queries; t++) {
            double* s = scores + t * head.keys;
            Sight seen = head.sight(t);
            head.scores(q, k, t, s);
            double lse = logSumExpOf(s, seen);
            for (int64_t d = 0; d < v.width; d++) {
                double sum = 0;
                for (int64_t j = seen.from; j < seen.end; j++) {
                    sum += std::exp(s[j] - lse) * v.row(j)[d];
                }
                out.row(t)[d] = static_cast<float>(sum);
            }
            if (logSumExp != nullptr) {
                logSumExp[t] = static_cast<float>(lse);
            }
        }
    }

    // P and dS of all queries; 0 where a query does not see.
    static void gradScores(const Head& head, const Rows& q, const Rows& k, const Rows& v, const Rows& out, const Rows& dO, const float* logSumExp,
                           double* p, double* dS) {
        for (int64_t t = 0; t < head.queries; t++, p += head.keys, dS += head.keys) {
            std::fill(p, p + head.keys, 0.0);
            std::fill(dS, dS + head.keys, 0.0);
            Sight seen = head.sight(t);
            head.scores(q, k, t, p);
            double mean = dot(dO.row(t), out.row(t), out.width);                               // sum over j of P_tj dP_tj
            for (int64_t j = seen.from; j < seen.end; j++) {
                p[j] = std::exp(p[j] - logSumExp[t]);
                dS[j] = p[j] * (dot(dO.row(t), v.row(j), v.width) - mean);
            }
        }
    }

    static void gradients(const Head& head, const Rows& q, const Rows& k, const Rows& dO, const double* p, const double* dS, const Rows& dQ,
                          const Rows& dK, const Rows& dV) {
        double scale = scaleOf(q.width);
        for (int64_t t = 0; t < head.queries; t++) {
            Sight seen = head.sight(t);
            for (int64_t d = 0; d < q.width; d++) {
                double sum = 0;
                for (int64_t j = seen.from; j < seen.end; j++) {
                    sum += dS[t * head.keys + j] * k.row(j)[d];
                }
                dQ.row(t)[d] = static_cast<float>(sum * scale);
            }
        }
        for (int64_t j = 0; j < head.keys; j++) {
            for (int64_t d = 0; d < q.width; d++) {
                double sumK = 0;
                double sumV = 0;
                for (int64_t t = 0; t < head.queries; t++) {
                    Sight seen = head.sight(t);
                    if (seen.from <= j && j < seen.end) {
                        sumK += dS[t * head.keys + j] * q.row(t)[d];
                        sumV += p[t * head.keys + j] * dO.row(t)[d];
                    }
                }
                dK.row(j)[d] = static_cast<float>(dK.row(j)[d] + sumK * scale);
                dV.row(j)[d] = static_cast<float>(dV.row(j)[d] + sumV);
            }
        }
    }
};

}  // namespace

std::shared_ptr<const Attention> referenceAttention() { return std::make_shared<ReferenceAttention>(); }

}  // namespace llmsys
