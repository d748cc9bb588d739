// A block of queries of one head, side by side in lanes: what they see, and their rows turned into columns. Include one of the lanes_*.h first.
#pragma once

#ifndef LANES
#error "include one of lanes_avx512.h, lanes_avx2.h, lanes_portable.h first"
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "engine/activation/pieces.h"
#include "engine/attention/sight.h"

namespace llmsys::LANES {

constexpr int64_t QUERIES = 32;         // of a block
constexpr int64_t KEYS = 64;            // of a block
constexpr float HIDDEN = -std::numeric_limits<float>::infinity();

// Rows of one head.
struct HeadRows {
    float* data;
    int64_t stride;

    HeadRows(float* first, int64_t apart) : data(first), stride(apart) {}
    HeadRows(const lls_heads& heads, int64_t b, int64_t h)
        : data(heads.data + b * heads.batch_stride + h * heads.head_stride), stride(heads.row_stride) {}
    float* row(int64_t i) const { return data + i * stride; }
};

struct QueryBlock {
    int64_t begin, count;               // queries begin ... begin + count - 1
    int64_t columns;                    // registers of 16 that hold them
    int64_t from, end;                  // keys that any of them sees
    int64_t latestFrom, earliestEnd;    // keys between these are seen by all lanes, also those behind the last query
    int64_t place;                      // where query `begin` stands among the keys
    float slope;
    Sight sights[QUERIES];

    QueryBlock(const lls_mask& mask, int64_t batch, int64_t head, int64_t first, int64_t queries, int64_t keys)
        : begin(first), count(std::min(QUERIES, queries - first)), columns((count + 15) / 16), from(keys), end(0), latestFrom(0), earliestEnd(keys),
          place(keys - queries + first), slope(mask.slopes ? mask.slopes[head] : 0) {
        for (int64_t t = 0; t < 16 * columns; t++) {
            sights[t] = t < count ? sightOf(mask, batch, first + t, queries, keys) : Sight{0, 0};
            latestFrom = std::max(latestFrom, sights[t].from);
            earliestEnd = std::min(earliestEnd, sights[t].end);
            if (sights[t].count() > 0) {
                from = std::min(from, sights[t].from);
                end = std::max(end, sights[t].end);
            }
        }
    }

    // What is added to the scores (keys, QUERIES) of keys first ... first + keys - 1 for distance, and minus infinity where a key is hidden.
    LANES_TARGET void hide(float* scores, int64_t first, int64_t keys) const {
        if (slope != 0) {
            alignas(64) float ramp[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
            for (int64_t n = 0; n < columns; n++) {
                Lanes places = load(ramp) + all(static_cast<float>(place + 16 * n - first));
                for (int64_t j = 0; j < keys; j++) {
                    float* at = scores + j * QUERIES + 16 * n;
                    store(at, fma(all(-slope), places - all(static_cast<float>(j)), load(at)));
                }
            }
        }
        if (latestFrom <= first && first + keys <= earliestEnd) {
            return;
        }
        alignas(64) float froms[QUERIES], ends[QUERIES];
        for (int64_t t = 0; t < 16 * columns; t++) {
            froms[t] = static_cast<float>(std::clamp<int64_t>(sights[t].from - first, 0, keys));
            ends[t] = static_cast<float>(std::clamp<int64_t>(sights[t].end - first, 0, keys));
        }
        for (int64_t n = 0; n < columns; n++) {
            Lanes earliest = load(froms + 16 * n), behind = load(ends + 16 * n);
            for (int64_t j = 0; j < keys; j++) {
                Lanes key = all(static_cast<float>(j));
                float* at = scores + j * QUERIES + 16 * n;
                Lanes reached = select(less(key, behind), load(at), all(HIDDEN));
                store(at, select(less(key, earliest), all(HIDDEN), reached));
            }
        }
    }

    // columns of x (width, QUERIES) = rows of the block times by; 0 behind the last query
    LANES_TARGET void turn(const HeadRows& rows, int64_t width, float by, float* x) const {
        for (int64_t t = 0; t < 16 * columns; t += 16) {
            int64_t d = 0;
            for (; t + 16 <= count && d + 16 <= width; d += 16) {
                transpose(rows.row(begin + t) + d, rows.stride, x + d * QUERIES + t, QUERIES);
            }
            for (; d < width; d++) {
                for (int64_t i = t; i < t + 16; i++) {
                    x[d * QUERIES + i] = i < count ? rows.row(begin + i)[d] : 0;
                }
            }
        }
        for (int64_t i = 0; by != 1 && i < width * QUERIES; i += 16) {
            store(x + i, load(x + i) * all(by));
        }
    }
};

// 1 / sqrt(HS); a head of no width has scores 0.
inline float scaleOf(int64_t width) { return width == 0 ? 0 : static_cast<float>(1 / std::sqrt(static_cast<double>(width))); }

}  // namespace llmsys::LANES
