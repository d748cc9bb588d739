// Which keys a query sees: always those from one place up to another.
//
//   causal   query i of T stands at position S - T + i and sees nothing behind itself
//   window   of the keys up to there, the last so many (0: all)
//   lengths  keys of a sequence beyond its length are padding and never read
//   slopes   score -= slope * (S - T + i - j), causal only (ALiBi, https://arxiv.org/abs/2108.12409)
//
// A query that sees nothing gets zeros, its logSumExp is 0, and no gradient flows from it or to it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "llmsys.h"

namespace llmsys {

struct Sight {
    int64_t from;
    int64_t end;        // keys from ... end - 1

    int64_t count() const { return end - from; }
};

inline Sight sightOf(const lls_mask& mask, int64_t batch, int64_t query, int64_t queries, int64_t keys) {
    int64_t visible = mask.causal ? keys - queries + query + 1 : keys;
    int64_t from = mask.window > 0 ? std::max<int64_t>(0, visible - mask.window) : 0;
    int64_t end = mask.lengths ? std::min<int64_t>(visible, mask.lengths[batch]) : visible;
    return {from, std::max(from, end)};
}

}  // namespace llmsys
