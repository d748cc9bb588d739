// Streaming attention backward, one block of queries of one head: probabilities are computed again from logSumExp, block by block.
//
//   S = K Q^T / sqrt(HS),  P = exp(S - logSumExp),  dP = V dO^T,  dS = P (dP - dO . O) / sqrt(HS)          (keys, queries): queries in lanes
//   dV += P dO,  dK += dS Q,  dQ += dS^T K
//
// Dao et al. 2022 (https://arxiv.org/abs/2205.14135), algorithm 4.
#pragma once

#include "engine/activation/exponential.h"
#include "engine/attention/key_side.h"
#include "engine/attention/products.h"
#include "engine/attention/query_block.h"

namespace llmsys::LANES {

class StreamingBackward {
public:
    static int64_t scratch(int64_t width) { return 2 * width * QUERIES + 2 * KEYS * QUERIES + 2 * QUERIES; }

    StreamingBackward(float* scratch, int64_t width)
        : width_(width), p_(scratch), dS_(p_ + KEYS * QUERIES), lse_(dS_ + KEYS * QUERIES), mean_(lse_ + QUERIES), q_(mean_ + QUERIES),
          dO_(q_ + width * QUERIES) {}

    struct Operands {
        HeadRows q, out, gradOut, gradQ;
        const KeySide& keys;
        const float* logSumExp;                                        // of the head's first query
    };

    // Writes gradQ of the block, adds to gradK and gradV.
    LANES_TARGET void run(const QueryBlock& block, const Operands& of) const {
        const HeadRows &k = of.keys.k(), &v = of.keys.v(), &gradK = of.keys.gradK(), &gradV = of.keys.gradV();
        float scale = scaleOf(width_);
        block.turn(of.q, width_, scale, q_);
        block.turn(of.gradOut, width_, 1, dO_);
        for (int64_t t = 0; t < QUERIES; t++) {
            lse_[t] = t < block.count ? of.logSumExp[block.begin + t] : 0;
            mean_[t] = t < block.count ? dot(of.gradOut.row(block.begin + t), of.out.row(block.begin + t)) : 0;
        }
        const float* queries = of.q.row(block.begin);
        const float* arriving = of.gradOut.row(block.begin);
        bool begun = false;
        for (int64_t first = block.from; first < block.end; first += KEYS) {
            int64_t keys = std::min(KEYS, block.end - first);
            product<0>({k.row(first), k.stride, 1}, {q_, QUERIES}, {p_, QUERIES}, keys, 16 * block.columns, width_, false);
            product<0>({v.row(first), v.stride, 1}, {dO_, QUERIES}, {dS_, QUERIES}, keys, 16 * block.columns, width_, false);
            block.hide(p_, first, keys);
            slopes(block.columns, keys, scale);
            product<QUERIES>({p_, QUERIES, 1}, {arriving, of.gradOut.stride}, {gradV.row(first), gradV.stride}, keys, width_, block.count, true);
            product<QUERIES>({dS_, QUERIES, 1}, {queries, of.q.stride}, {gradK.row(first), gradK.stride}, keys, width_, block.count, true);
            product<1>({dS_, 1, QUERIES}, {k.row(first), k.stride}, {of.gradQ.row(block.begin), of.gradQ.stride}, block.count, width_, keys, begun);
            begun = true;
        }
        for (int64_t t = 0; t < block.count && !begun; t++) {
            std::fill(of.gradQ.row(block.begin + t), of.gradQ.row(block.begin + t) + width_, 0.0f);
        }
    }

private:
    LANES_TARGET float dot(const float* a, const float* b) const {
        Lanes total = all(0.0f);
        for (int64_t d = 0; d < width_; d += 16) {
            total = fma(read(a + d, width_ - d), read(b + d, width_ - d), total);
        }
        return sum(total);
    }

    // Scores become P, dP becomes dS.
    LANES_TARGET void slopes(int64_t columns, int64_t keys, float scale) const {
        for (int64_t n = 0; n < columns; n++) {
            Lanes lse = load(lse_ + 16 * n), mean = load(mean_ + 16 * n);
            for (int64_t j = 0; j < keys; j++) {
                int64_t at = j * QUERIES + 16 * n;
                Lanes p = expOfBounded(load(p_ + at) - lse);
                store(p_ + at, p);
                store(dS_ + at, p * (load(dS_ + at) - mean) * all(scale));
            }
        }
    }

    int64_t width_;
    float *p_, *dS_, *lse_, *mean_, *q_, *dO_;
};

}  // namespace llmsys::LANES
