// One way to write a kernel for registers of any width. Kernels are written once, in files *_lanes.inl, over `Lanes`: sixteen floats, whatever holds
// them. A file foo_avx512.cpp includes lanes_avx512.h and then foo_lanes.inl, and so for avx2 and portable; each gets a namespace of its own.
//
//   lanes_avx512.h    one register of 512 bits       numerics lanes-16-fma
//   lanes_avx2.h      two of 256                     numerics lanes-16-fma, the same bits
//   lanes_portable.h  four of 128, no fma            numerics lanes-16
//
// A header of lanes defines
//   LANES, LANES_TARGET, LANES_INLINE    its namespace, and what instructions a function may use (lambdas do not inherit them: they only call)
//   Lanes, Mask, + - * /, all, fma, sqrt, absolute, negative, timesPowerOfTwo, swapPairs
//   load, store, loadFirst, storeFirst   the first lanes only: others load as 0
//   max, min                             the second operand where either is NaN
//   first, less, both, any, select       masks
//   sum, sums, largest                   over the lanes, in a fixed tree; sums: of four at once
//   NARROW, allNarrow, loadNarrow, storeNarrow   so many of the first lanes and no others, in a type that has fma, sum and sums too, with the same bits
//   transpose                            16 x 16
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/core/workers.h"

namespace llmsys {

constexpr int64_t WIDTH_OF_LANES = 16;

// Arrays are cut into chunks of this many elements, whatever the number of threads.
constexpr int64_t CHUNK = 16384;

// body(begin, end) for each chunk of an array.
template <typename Body>
void eachChunk(Workers& workers, int64_t size, Body&& body) {
    workers.run((size + CHUNK - 1) / CHUNK, [&](int64_t chunk) { body(chunk * CHUNK, std::min(size, (chunk + 1) * CHUNK)); });
}

// Rows of a chunk: about CHUNK elements, at least one row.
inline int64_t rowsOfChunk(int64_t columns) { return std::max<int64_t>(1, CHUNK / std::max<int64_t>(1, columns)); }

// body(begin, end) for each chunk of rows.
template <typename Body>
void eachChunkOfRows(Workers& workers, int64_t rows, int64_t columns, Body&& body) {
    int64_t count = rowsOfChunk(columns);
    workers.run((rows + count - 1) / count, [&](int64_t chunk) { body(chunk * count, std::min(rows, (chunk + 1) * count)); });
}

}  // namespace llmsys
