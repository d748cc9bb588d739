#include "engine/transformer/trace.h"

#include <cmath>
#include <cstring>

namespace llmsys {

namespace {

constexpr const char* OWNER = "trace";

}  // namespace

void Trace::showRows(const std::string& place, const float* data, int64_t rows, int64_t width, int64_t stride, int64_t heads) {
    Buffer copy;
    if (stride != width) {
        copy = Buffer(rows * width * 4, OWNER);
        for (int64_t t = 0; t < rows; t++) {
            std::memcpy(copy.floats() + t * width, data + t * stride, static_cast<size_t>(width) * 4);
        }
        data = copy.floats();
    }
    if (heads == 0) {
        show(place, data, {1, rows, width});
    } else {
        show(place, data, {1, rows, heads, width / heads});
    }
}

void Trace::showScale(const std::string& place, const float* saved, int64_t rows, int64_t perRow) {
    Buffer scales(rows * 4, OWNER);
    for (int64_t t = 0; t < rows; t++) {
        scales.floats()[t] = 1 / saved[t * perRow + perRow - 1];
    }
    show(place, scales.floats(), {1, rows, 1});
}

void Trace::showAttention(const std::string& place, const Heads& q, const Heads& k, const lls_mask& mask) {
    int64_t queries = q.rows;
    int64_t keys = k.rows;
    Buffer scores(q.heads * queries * keys * 4, OWNER);
    Buffer pattern(scores.bytes(), OWNER);
    double scale = 1 / std::sqrt(static_cast<double>(q.width));
    for (int64_t h = 0; h < q.heads; h++) {
        const float* keyHead = k.data + h * k.heads / q.heads * k.head_stride;
        for (int64_t t = 0; t < queries; t++) {
            const float* query = q.data + h * q.head_stride + t * q.row_stride;
            int64_t place = keys - queries + t;                                      // the query's own
            int64_t first = mask.window > 0 && place + 1 > mask.window ? place + 1 - mask.window : 0;
            float* row = scores.floats() + (h * queries + t) * keys;
            float* chances = pattern.floats() + (h * queries + t) * keys;
            double largest = -INFINITY;
            for (int64_t j = 0; j < keys; j++) {
                double dot = -INFINITY;
                if (j >= first && j <= place) {
                    dot = 0;
                    for (int64_t d = 0; d < q.width; d++) {
                        dot += static_cast<double>(query[d]) * static_cast<double>(keyHead[j * k.row_stride + d]);
                    }
                    dot = dot * scale - (mask.slopes == nullptr ? 0 : static_cast<double>(mask.slopes[h]) * static_cast<double>(place - j));
                }
                row[j] = static_cast<float>(dot);
                largest = std::fmax(largest, dot);
            }
            double sum = 0;
            for (int64_t j = 0; j < keys; j++) {
                sum += std::exp(static_cast<double>(row[j]) - largest);
            }
            for (int64_t j = 0; j < keys; j++) {
                chances[j] = static_cast<float>(std::exp(static_cast<double>(row[j]) - largest) / sum);
            }
        }
    }
    show(place + ".hook_attn_scores", scores.floats(), {1, q.heads, queries, keys});
    show(place + ".hook_pattern", pattern.floats(), {1, q.heads, queries, keys});
}

}  // namespace llmsys
