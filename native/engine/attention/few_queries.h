// Attention of one or a few queries over many keys, as when a model writes: keys and values are read once, straight from where they lie. The query
// heads that share a key head go over a block of keys while it is in the nearest cache. Formulas as in streaming_forward.h; here the head dim lies
// in lanes.
#pragma once

#include "engine/activation/exponential.h"
#include "engine/attention/query_block.h"

namespace llmsys::LANES {

class FewQueries {
public:
    // Beyond so many queries of a head, lanes of queries are faster.
    static bool fits(const lls_heads& q, const lls_heads& k) { return k.heads > 0 && q.rows <= 4 && q.heads / k.heads * q.rows <= MOST; }

    // All query heads of key head kv in sequence b.
    LANES_TARGET static void run(const lls_heads& q, const lls_heads& k, const lls_heads& v, const lls_mask& mask, const lls_heads& out,
                                 float* logSumExp, int64_t b, int64_t kv) {
        State state[MOST];
        int64_t group = q.heads / k.heads;
        HeadRows keys(k, b, kv), values(v, b, kv);
        int64_t from = k.rows, end = 0;
        for (int64_t t = 0; t < q.rows; t++) {
            Sight seen = sightOf(mask, b, t, q.rows, k.rows);
            from = seen.count() > 0 ? std::min(from, seen.from) : from;
            end = seen.count() > 0 ? std::max(end, seen.end) : end;
        }
        for (int64_t i = 0; i < group * q.rows; i++) {
            state[i] = {HIDDEN, 0};
            float* row = HeadRows(out, b, kv * group + i / q.rows).row(i % q.rows);
            std::fill(row, row + q.width, 0.0f);
        }
        for (int64_t first = from; first < end; first += KEYS) {
            for (int64_t i = 0; i < group * q.rows; i++) {
                int64_t h = kv * group + i / q.rows, t = i % q.rows;
                Sight seen = sightOf(mask, b, t, q.rows, k.rows);
                int64_t begin = std::max(first, seen.from);
                int64_t count = std::min(first + KEYS, seen.end) - begin;
                if (count > 0) {
                    float slope = mask.slopes ? mask.slopes[h] : 0;
                    Row row{HeadRows(q, b, h).row(t), HeadRows(out, b, h).row(t), q.width, slope, static_cast<float>(k.rows - q.rows + t - begin)};
                    block(row, keys, values, begin, count, state[i]);
                }
            }
        }
        for (int64_t i = 0; i < group * q.rows; i++) {
            int64_t h = kv * group + i / q.rows, t = i % q.rows;
            finish(HeadRows(out, b, h).row(t), q.width, state[i], logSumExp ? logSumExp + (b * q.heads + h) * q.rows + t : nullptr);
        }
    }

private:
    static constexpr int64_t MOST = 128;      // queries of all heads that share a key head

    // Of one query, over the keys so far: the largest score, and the sum of exp(score - largest).
    struct State {
        float most, total;
    };
    struct Row {
        const float* q;
        float* out;                   // the sum so far
        int64_t width;
        float slope, place;           // place: of the query, counted from the block's first key
    };

    LANES_TARGET static void block(const Row& row, const HeadRows& k, const HeadRows& v, int64_t begin, int64_t count, State& state) {
        alignas(64) float p[KEYS];
        const bool narrow = row.width == NARROW;
        narrow ? scores<true>(row, k, begin, count, p) : scores<false>(row, k, begin, count, p);
        Lanes top = all(HIDDEN);
        for (int64_t j = 0; j < count; j += 16) {
            top = max(readOr(p + j, count - j, all(HIDDEN)), top);
        }
        float now = std::max(state.most, largest(top));
        float shift = now == HIDDEN ? 0 : now;
        alignas(64) float shrink[16];
        store(shrink, expOfBounded(all(state.most - shift)));
        Lanes sums = all(0.0f);
        for (int64_t j = 0; j < count; j += 16) {
            Lanes each = only(count - j, expOfBounded(read(p + j, count - j) - all(shift)));
            store(p + j, each);
            sums = sums + each;
        }
        state = {now, state.total * shrink[0] + sum(sums)};
        narrow ? addNarrowValues(row, v, begin, count, p, shrink[0]) : addValues(row, v, begin, count, p, shrink[0]);
    }

    // p[j] = q . k_j / sqrt(HS) - slope * distance, four keys at a time. WHOLE: HS is NARROW.
    template <bool WHOLE>
    LANES_TARGET static void scores(const Row& row, const HeadRows& k, int64_t begin, int64_t count, float* p) {
        const int64_t width = WHOLE ? NARROW : row.width;
        const float scale = scaleOf(width);
        int64_t j = 0;
        for (; j + 4 <= count; j += 4) {
            const float* key = k.row(begin + j);
            auto a = piecesAll<WHOLE>(0.0f), b = a, c = a, d = a;
            for (int64_t i = 0; i < width; i += 16, key += 16) {
                int64_t left = width - i;
                auto q = pieceOf<WHOLE>(row.q + i, left);
                a = fma(q, pieceOf<WHOLE>(key, left), a);
                b = fma(q, pieceOf<WHOLE>(key + k.stride, left), b);
                c = fma(q, pieceOf<WHOLE>(key + 2 * k.stride, left), c);
                d = fma(q, pieceOf<WHOLE>(key + 3 * k.stride, left), d);
            }
            sums(a, b, c, d, p + j);
        }
        for (; j < count; j++) {
            auto a = piecesAll<WHOLE>(0.0f);
            for (int64_t i = 0; i < width; i += 16) {
                a = fma(pieceOf<WHOLE>(row.q + i, width - i), pieceOf<WHOLE>(k.row(begin + j) + i, width - i), a);
            }
            p[j] = sum(a);
        }
        for (j = 0; j < count; j++) {
            p[j] = p[j] * scale - row.slope * (row.place - static_cast<float>(j));
        }
    }

    // out = out * shrink + sum over j of p[j] v_j; even and odd j apart, so that no sum waits for the other
    LANES_TARGET static void addValues(const Row& row, const HeadRows& v, int64_t begin, int64_t count, const float* p, float shrink) {
        for (int64_t d = 0; d < row.width; d += 32) {
            int64_t left = row.width - d;
            int64_t more = std::max<int64_t>(0, left - 16);
            const float* value = v.row(begin) + d;
            Lanes a = read(row.out + d, left) * all(shrink);
            Lanes b = read(row.out + d + 16, more) * all(shrink);
            Lanes c = all(0.0f), e = c;
            int64_t j = 0;
            for (; j + 2 <= count; j += 2, value += 2 * v.stride) {
                a = fma(all(p[j]), read(value, left), a);
                b = fma(all(p[j]), read(value + 16, more), b);
                c = fma(all(p[j + 1]), read(value + v.stride, left), c);
                e = fma(all(p[j + 1]), read(value + v.stride + 16, more), e);
            }
            if (j < count) {
                a = fma(all(p[j]), read(value, left), a);
                b = fma(all(p[j]), read(value + 16, more), b);
            }
            write(row.out + d, left, a + c);
            write(row.out + d + 16, more, b + e);
        }
    }

    // The same for rows of NARROW.
    LANES_TARGET static void addNarrowValues(const Row& row, const HeadRows& v, int64_t begin, int64_t count, const float* p, float shrink) {
        auto even = loadNarrow(row.out) * allNarrow(shrink), odd = allNarrow(0.0f);
        const float* value = v.row(begin);
        int64_t j = 0;
        for (; j + 2 <= count; j += 2, value += 2 * v.stride) {
            even = fma(allNarrow(p[j]), loadNarrow(value), even);
            odd = fma(allNarrow(p[j + 1]), loadNarrow(value + v.stride), odd);
        }
        if (j < count) {
            even = fma(allNarrow(p[j]), loadNarrow(value), even);
        }
        storeNarrow(row.out, even + odd);
    }

    LANES_TARGET static void finish(float* out, int64_t width, const State& state, float* lse) {
        bool seen = state.total != 0;                                        // NaN counts as seen
        for (int64_t d = 0; d < width && seen; d += 16) {
            write(out + d, width - d, read(out + d, width - d) * all(1 / state.total));
        }
        if (lse != nullptr) {
            *lse = seen ? state.most + std::log(state.total) : 0;
        }
    }
};

}  // namespace llmsys::LANES
