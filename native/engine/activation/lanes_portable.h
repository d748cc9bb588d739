// Sixteen floats at once in four registers of 128 bits, by the compiler's own vectors: for any processor, and for WebAssembly. No fused multiply-add,
// so its last digits are its own. See lanes.h.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#define LANES portable
#define LANES_TARGET
#define LANES_INLINE static inline __attribute__((always_inline))

namespace llmsys::portable {

typedef float Four __attribute__((vector_size(16)));
typedef int32_t FourInts __attribute__((vector_size(16)));

struct Lanes {
    Four part[4];
};
struct Mask {
    FourInts part[4];               // all bits of a lane, or none
};

constexpr const char* SUFFIX = "-lanes";
constexpr const char* NUMERICS = "lanes-16";
constexpr int RANKING = 10;
constexpr int TILE_ROWS = 3;        // of a product's tile: what the registers hold
constexpr int TILE_LANES = 1;

LANES_INLINE Lanes operator+(Lanes a, Lanes b) {
    return {{a.part[0] + b.part[0], a.part[1] + b.part[1], a.part[2] + b.part[2], a.part[3] + b.part[3]}};
}
LANES_INLINE Lanes operator-(Lanes a, Lanes b) {
    return {{a.part[0] - b.part[0], a.part[1] - b.part[1], a.part[2] - b.part[2], a.part[3] - b.part[3]}};
}
LANES_INLINE Lanes operator*(Lanes a, Lanes b) {
    return {{a.part[0] * b.part[0], a.part[1] * b.part[1], a.part[2] * b.part[2], a.part[3] * b.part[3]}};
}
LANES_INLINE Lanes operator/(Lanes a, Lanes b) {
    return {{a.part[0] / b.part[0], a.part[1] / b.part[1], a.part[2] / b.part[2], a.part[3] / b.part[3]}};
}

LANES_INLINE Four fourOf(float x) { return Four{x, x, x, x}; }
LANES_INLINE FourInts fourOf(int32_t x) { return FourInts{x, x, x, x}; }
LANES_INLINE Lanes all(float x) { return {{fourOf(x), fourOf(x), fourOf(x), fourOf(x)}}; }
LANES_INLINE Lanes load(const float* from) {
    Lanes x;
    std::memcpy(&x, from, sizeof(x));
    return x;
}
LANES_INLINE void store(float* to, Lanes x) { std::memcpy(to, &x, sizeof(x)); }
// The first `count` of sixteen.
LANES_INLINE Mask first(int64_t count) {
    FourInts n = fourOf(static_cast<int32_t>(count));
    return {{FourInts{0, 1, 2, 3} < n, FourInts{4, 5, 6, 7} < n, FourInts{8, 9, 10, 11} < n, FourInts{12, 13, 14, 15} < n}};
}
// Four by four, with lanes that are known when it is compiled: a copy of a length that is only known here would be a call.
LANES_INLINE Lanes loadFirst(const float* from, int64_t count) {
    Lanes x{};
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        if (int64_t left = count - 4 * i; left >= 4) {
            std::memcpy(&x.part[i], from + 4 * i, sizeof(Four));
        } else if (left > 0) {
            x.part[i] = Four{from[4 * i], left > 1 ? from[4 * i + 1] : 0.0f, left > 2 ? from[4 * i + 2] : 0.0f, 0.0f};
        }
    }
    return x;
}
LANES_INLINE void storeFirst(float* to, int64_t count, Lanes x) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        if (int64_t left = count - 4 * i; left >= 4) {
            std::memcpy(to + 4 * i, &x.part[i], sizeof(Four));
        } else {
            for (int lane = 0; lane < 3 && lane < left; lane++) {
                to[4 * i + lane] = x.part[i][lane];
            }
        }
    }
}
LANES_INLINE Lanes fma(Lanes a, Lanes b, Lanes c) { return a * b + c; }
LANES_INLINE Mask less(Lanes a, Lanes b) { return {{a.part[0] < b.part[0], a.part[1] < b.part[1], a.part[2] < b.part[2], a.part[3] < b.part[3]}}; }
LANES_INLINE Lanes select(Mask which, Lanes yes, Lanes no) {
    Lanes chosen;
    for (int i = 0; i < 4; i++) {
        chosen.part[i] = (Four)(((FourInts)yes.part[i] & which.part[i]) | ((FourInts)no.part[i] & ~which.part[i]));
    }
    return chosen;
}
LANES_INLINE Mask both(Mask a, Mask b) { return {{a.part[0] & b.part[0], a.part[1] & b.part[1], a.part[2] & b.part[2], a.part[3] & b.part[3]}}; }
LANES_INLINE bool any(Mask which) {
    FourInts some = which.part[0] | which.part[1] | which.part[2] | which.part[3];
    return (some[0] | some[1] | some[2] | some[3]) != 0;
}
// b where either is NaN, as the processors' own instructions do
LANES_INLINE Lanes max(Lanes a, Lanes b) { return select(less(b, a), a, b); }
LANES_INLINE Lanes min(Lanes a, Lanes b) { return select(less(a, b), a, b); }
LANES_INLINE Lanes sqrt(Lanes x) {
    for (int i = 0; i < 16; i++) {
        x.part[i / 4][i % 4] = std::sqrt(x.part[i / 4][i % 4]);
    }
    return x;
}
LANES_INLINE Lanes absolute(Lanes x) {
    for (int i = 0; i < 4; i++) {
        x.part[i] = (Four)((FourInts)x.part[i] & fourOf(INT32_MAX));
    }
    return x;
}
LANES_INLINE Lanes negative(Lanes x) {
    for (int i = 0; i < 4; i++) {
        x.part[i] = (Four)((FourInts)x.part[i] ^ fourOf(INT32_MIN));
    }
    return x;
}
// x * 2^n, n whole, the result a normal number. Adding 1.5 * 2^23 leaves n in the low bits of the sum.
LANES_INLINE Lanes timesPowerOfTwo(Lanes x, Lanes n) {
    for (int i = 0; i < 4; i++) {
        FourInts exponent = (FourInts)(n.part[i] + fourOf(12582912.0f)) + fourOf(127 - 0x4B400000);
        x.part[i] = x.part[i] * (Four)(exponent << fourOf(23));
    }
    return x;
}
// lanes 1 0 3 2 5 4 ...
LANES_INLINE Lanes swapPairs(Lanes x) {
    for (int i = 0; i < 4; i++) {
        x.part[i] = Four{x.part[i][1], x.part[i][0], x.part[i][3], x.part[i][2]};
    }
    return x;
}
LANES_INLINE float sum(Lanes x) {
    Four four = (x.part[0] + x.part[2]) + (x.part[1] + x.part[3]);
    return (four[0] + four[2]) + (four[1] + four[3]);
}
// Of four at once, each as above: with their lanes turned, four sums need the additions of one.
LANES_INLINE Four turnedSums(Four a, Four b, Four c, Four d) {
    Four first{a[0], b[0], c[0], d[0]}, second{a[1], b[1], c[1], d[1]}, third{a[2], b[2], c[2], d[2]}, fourth{a[3], b[3], c[3], d[3]};
    return (first + third) + (second + fourth);
}
LANES_INLINE Four folded(Lanes x) { return (x.part[0] + x.part[2]) + (x.part[1] + x.part[3]); }
LANES_INLINE void sums(Lanes a, Lanes b, Lanes c, Lanes d, float* to) {
    Four four = turnedSums(folded(a), folded(b), folded(c), folded(d));
    std::memcpy(to, &four, sizeof(four));
}
LANES_INLINE float larger(float a, float b) { return a > b ? a : b; }
LANES_INLINE float largest(Lanes x) {
    Four four = x.part[0];
    for (int i = 1; i < 4; i++) {
        for (int lane = 0; lane < 4; lane++) {
            four[lane] = larger(four[lane], x.part[i][lane]);
        }
    }
    return larger(larger(four[0], four[2]), larger(four[1], four[3]));
}
// The first eight alone, where there are no more: half the work, and the bits of sixteen of which eight are 0.
struct Narrow {
    Four part[2];
};
constexpr int64_t NARROW = 8;
LANES_INLINE Narrow operator+(Narrow a, Narrow b) { return {{a.part[0] + b.part[0], a.part[1] + b.part[1]}}; }
LANES_INLINE Narrow operator*(Narrow a, Narrow b) { return {{a.part[0] * b.part[0], a.part[1] * b.part[1]}}; }
LANES_INLINE Narrow fma(Narrow a, Narrow b, Narrow c) { return a * b + c; }
LANES_INLINE Narrow allNarrow(float x) { return {{fourOf(x), fourOf(x)}}; }
LANES_INLINE Narrow loadNarrow(const float* from) {
    Narrow x;
    std::memcpy(&x, from, sizeof(x));
    return x;
}
LANES_INLINE void storeNarrow(float* to, Narrow x) { std::memcpy(to, &x, sizeof(x)); }
LANES_INLINE float sum(Narrow x) {
    Four four = x.part[0] + x.part[1];
    return (four[0] + four[2]) + (four[1] + four[3]);
}
LANES_INLINE void sums(Narrow a, Narrow b, Narrow c, Narrow d, float* to) {
    Four four = turnedSums(a.part[0] + a.part[1], b.part[0] + b.part[1], c.part[0] + c.part[1], d.part[0] + d.part[1]);
    std::memcpy(to, &four, sizeof(four));
}
// to[c * toStride + r] = from[r * fromStride + c], r and c below 16
LANES_INLINE void transpose(const float* from, int64_t fromStride, float* to, int64_t toStride) {
    for (int r = 0; r < 16; r++) {
        for (int c = 0; c < 16; c++) {
            to[c * toStride + r] = from[r * fromStride + c];
        }
    }
}

}  // namespace llmsys::portable
