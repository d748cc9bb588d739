// Streaming attention forward, one block of queries: keys come in blocks, and what was summed so far is scaled down when a larger score turns up. No
// score matrix: memory is QUERIES x (KEYS + 2 HS). Milakov, Gimelshein 2018 (https://arxiv.org/abs/1805.02867); Dao et al. 2022
// (https://arxiv.org/abs/2205.14135).
//
//   S = K Q^T            (keys, queries): queries lie in lanes, so largest score and sum need no step across lanes
//   m' = max(m, max S)   a = exp(m - m')   P = exp(S - m')   l = l a + sum of P   O = O a + P^T V        out = O / l,  logSumExp = m + log l
#pragma once

#include "engine/activation/exponential.h"
#include "engine/attention/products.h"
#include "engine/attention/query_block.h"

namespace llmsys::LANES {

class StreamingForward {
public:
    static int64_t scratch(int64_t width) { return 2 * width * QUERIES + QUERIES * 16 + KEYS * QUERIES + 3 * QUERIES; }

    StreamingForward(float* scratch, int64_t width)
        : width_(width), padded_((width + 15) / 16 * 16), scores_(scratch), largest_(scores_ + KEYS * QUERIES), sums_(largest_ + QUERIES),
          shrink_(sums_ + QUERIES), turned_(shrink_ + QUERIES), out_(turned_ + width * QUERIES) {}

    // lse: of the block's first query; null: not wanted
    LANES_TARGET void run(const QueryBlock& block, const HeadRows& q, const HeadRows& k, const HeadRows& v, const HeadRows& out, float* lse) const {
        block.turn(q, width_, scaleOf(width_), turned_);
        for (int64_t t = 0; t < QUERIES; t += 16) {
            store(largest_ + t, all(HIDDEN));
            store(sums_ + t, all(0.0f));
        }
        bool begun = false;
        for (int64_t first = block.from; first < block.end; first += KEYS) {
            int64_t keys = std::min(KEYS, block.end - first);
            product<0>({k.row(first), k.stride, 1}, {turned_, QUERIES}, {scores_, QUERIES}, keys, 16 * block.columns, width_, false);
            block.hide(scores_, first, keys);
            bool shrinks = probabilities(block.columns, keys);
            if (begun && shrinks) {
                shrinkRows(block.count);
            }
            product<1>({scores_, 1, QUERIES}, {v.row(first), v.stride}, {out_, padded_}, block.count, width_, keys, begun);
            begun = true;
        }
        finish(block, out, lse, begun);
    }

private:
    // Scores become probabilities up to a factor; whether what was summed before must shrink.
    LANES_TARGET bool probabilities(int64_t columns, int64_t keys) const {
        bool shrinks = false;
        for (int64_t n = 0; n < columns; n++) {
            float* s = scores_ + 16 * n;
            Lanes a = all(HIDDEN), b = a;
            int64_t j = 0;
            for (; j + 2 <= keys; j += 2) {
                a = max(load(s + j * QUERIES), a);
                b = max(load(s + (j + 1) * QUERIES), b);
            }
            if (j < keys) {
                a = max(load(s + j * QUERIES), a);
            }
            Lanes before = load(largest_ + 16 * n);
            Lanes now = max(max(a, b), before);
            Lanes shift = select(less(all(HIDDEN), now), now, all(0.0f));                       // nothing seen yet: any shift will do
            Lanes shrink = expOfBounded(before - shift);
            shrinks = any(less(before, now)) || shrinks;
            Lanes sum = all(0.0f), other = sum;
            for (j = 0; j + 2 <= keys; j += 2) {
                Lanes p = expOfBounded(load(s + j * QUERIES) - shift);
                Lanes r = expOfBounded(load(s + (j + 1) * QUERIES) - shift);
                store(s + j * QUERIES, p);
                store(s + (j + 1) * QUERIES, r);
                sum = sum + p;
                other = other + r;
            }
            if (j < keys) {
                Lanes p = expOfBounded(load(s + j * QUERIES) - shift);
                store(s + j * QUERIES, p);
                sum = sum + p;
            }
            store(sums_ + 16 * n, fma(load(sums_ + 16 * n), shrink, sum + other));
            store(largest_ + 16 * n, now);
            store(shrink_ + 16 * n, shrink);
        }
        return shrinks;
    }

    LANES_TARGET void shrinkRows(int64_t rows) const {
        for (int64_t t = 0; t < rows; t++) {
            Lanes by = all(shrink_[t]);
            for (int64_t d = 0; d < padded_; d += 16) {
                store(out_ + t * padded_ + d, load(out_ + t * padded_ + d) * by);
            }
        }
    }

    LANES_TARGET void finish(const QueryBlock& block, const HeadRows& out, float* lse, bool begun) const {
        for (int64_t t = 0; t < block.count; t++) {
            bool seen = begun && sums_[t] != 0;                                                // NaN counts as seen
            Lanes by = all(seen ? 1 / sums_[t] : 0.0f);
            for (int64_t d = 0; d < width_; d += 16) {
                write(out.row(block.begin + t) + d, width_ - d, seen ? load(out_ + t * padded_ + d) * by : all(0.0f));
            }
            if (lse != nullptr) {
                lse[t] = seen ? largest_[t] + std::log(sums_[t]) : 0;
            }
        }
    }

    int64_t width_, padded_;
    float *scores_, *largest_, *sums_, *shrink_, *turned_, *out_;
};

}  // namespace llmsys::LANES
