// Attention by its formula in double, for the tests: forward, and the gradients by the chain rule written out over all scores.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "llmsys.h"

namespace in_double {

inline double at(const lls_heads& x, int64_t b, int64_t h, int64_t t, int64_t d) {
    return x.data[b * x.batch_stride + h * x.head_stride + t * x.row_stride + d];
}

// Whether query t sees key j, as llmsys.h says it.
inline bool sees(const lls_mask& mask, int64_t b, int64_t t, int64_t j, int64_t queries, int64_t keys) {
    int64_t last = mask.causal ? keys - queries + t : keys - 1;
    return j <= last && (mask.window == 0 || j > last - mask.window) && (mask.lengths == nullptr || j < mask.lengths[b]);
}

struct Attention {
    std::vector<double> p, out, lse;      // (B,NH,T,S), (B,NH,T,HS), (B,NH,T)
    std::vector<double> gradQ, gradK, gradV;

    Attention(const lls_heads& q, const lls_heads& k, const lls_heads& v, const lls_mask& mask, const lls_heads* gradOut = nullptr) {
        int64_t B = q.batch, NH = q.heads, T = q.rows, S = k.rows, HS = q.width, NKV = k.heads;
        double scale = 1 / std::sqrt(static_cast<double>(HS));
        p.assign(static_cast<size_t>(B * NH * T * S), 0);
        out.assign(static_cast<size_t>(B * NH * T * HS), 0);
        lse.assign(static_cast<size_t>(B * NH * T), 0);
        gradQ.assign(out.size(), 0);
        gradK.assign(static_cast<size_t>(B * NKV * S * HS), 0);
        gradV.assign(gradK.size(), 0);
        for (int64_t row = 0; row < B * NH * T; row++) {
            int64_t b = row / (NH * T), h = row / T % NH, t = row % T, kv = h * NKV / NH;
            double* weights = p.data() + row * S;
            double max = -INFINITY, sum = 0;
            for (int64_t j = 0; j < S; j++) {
                weights[j] = -INFINITY;
                if (sees(mask, b, t, j, T, S)) {
                    weights[j] = 0;
                    for (int64_t d = 0; d < HS; d++) {
                        weights[j] += at(q, b, h, t, d) * at(k, b, kv, j, d) * scale;
                    }
                    weights[j] -= mask.slopes ? mask.slopes[h] * static_cast<double>(S - T + t - j) : 0;
                    max = std::max(max, weights[j]);
                }
            }
            for (int64_t j = 0; j < S && max > -INFINITY; j++) {
                sum += std::exp(weights[j] - max);
            }
            lse[static_cast<size_t>(row)] = max > -INFINITY ? max + std::log(sum) : 0;
            double mean = 0;
            std::vector<double> arriving(static_cast<size_t>(S), 0);
            for (int64_t j = 0; j < S; j++) {
                bool seen = weights[j] > -INFINITY;
                weights[j] = seen ? std::exp(weights[j] - max) / sum : 0;
                for (int64_t d = 0; d < HS && seen; d++) {
                    out[static_cast<size_t>(row * HS + d)] += weights[j] * at(v, b, kv, j, d);
                    arriving[static_cast<size_t>(j)] += gradOut ? at(*gradOut, b, h, t, d) * at(v, b, kv, j, d) : 0;
                }
                mean += weights[j] * arriving[static_cast<size_t>(j)];
            }
            for (int64_t j = 0; j < S && gradOut != nullptr; j++) {
                double slope = weights[j] * (arriving[static_cast<size_t>(j)] - mean) * scale;
                size_t key = static_cast<size_t>(((b * NKV + kv) * S + j) * HS);
                for (int64_t d = 0; d < HS && weights[j] != 0; d++) {
                    gradQ[static_cast<size_t>(row * HS + d)] += slope * at(k, b, kv, j, d);
                    gradK[key + static_cast<size_t>(d)] += slope * at(q, b, h, t, d);
                    gradV[key + static_cast<size_t>(d)] += weights[j] * at(*gradOut, b, h, t, d);
                }
            }
        }
    }
};

}  // namespace in_double
