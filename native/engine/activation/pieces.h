// Arrays piece by piece, of which the last may be short: for (i = 0; i < n; i += 16) write(y + i, n - i, f(read(x + i, n - i))).
// Include one of the lanes_*.h first.
#pragma once

#ifndef LANES
#error "include one of lanes_avx512.h, lanes_avx2.h, lanes_portable.h first"
#endif

namespace llmsys::LANES {

LANES_INLINE Lanes read(const float* from, int64_t left) { return left >= 16 ? load(from) : loadFirst(from, left); }
// The same for a row of exactly NARROW numbers, all at once.
template <bool WHOLE>
LANES_INLINE auto pieceOf(const float* from, int64_t left) {
    if constexpr (WHOLE) {
        return loadNarrow(from);
    } else {
        return read(from, left);
    }
}
template <bool WHOLE>
LANES_INLINE auto piecesAll(float x) {
    if constexpr (WHOLE) {
        return allNarrow(x);
    } else {
        return all(x);
    }
}
LANES_INLINE Lanes readOr(const float* from, int64_t left, Lanes otherwise) {
    return left >= 16 ? load(from) : select(first(left), loadFirst(from, left), otherwise);
}
LANES_INLINE void write(float* to, int64_t left, Lanes x) {
    if (left >= 16) {
        store(to, x);
    } else {
        storeFirst(to, left, x);
    }
}
// Lanes beyond what is left become 0.
LANES_INLINE Lanes only(int64_t left, Lanes x) { return left >= 16 ? x : select(first(left), x, all(0.0f)); }

}  // namespace llmsys::LANES
