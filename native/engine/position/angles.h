// Sines and cosines of many angles, computed in double by polynomials and rounded to float: an error of half a unit of the last place and a trace.
// Include one of the lanes_*.h first.
//
//   k = round(angle 2/pi),  r = angle - k pi/2 (at most pi/4),  sin r and cos r by their series to r^11 and r^12, and the quadrant k mod 4
//
// pi/2 comes in three parts of 33 bits (as in FreeBSD's libm), whose products with k below 2^20 are exact; beyond, the C library computes.
#pragma once

#ifndef LANES
#error "include one of lanes_avx512.h, lanes_avx2.h, lanes_portable.h first"
#endif

#include <cmath>
#include <cstdint>
#include <cstring>

namespace llmsys::LANES {

constexpr double LARGEST_ANGLE = 1.6e6;

// Without branches, so that the compiler makes vectors of the loop.
LANES_INLINE void sineAndCosine(double angle, float& sine, float& cosine) {
    constexpr double ROUNDER = 6755399441055744.0;                     // 1.5 * 2^52: what is left of the sum's last bits is the whole number
    double shifted = angle * 0.63661977236758134308 + ROUNDER;
    double k = shifted - ROUNDER;
    int64_t quadrant;
    std::memcpy(&quadrant, &shifted, sizeof(quadrant));
    double r = angle - k * 1.57079632673412561417e+00;
    r = r - k * 6.07710050630396597660e-11;
    r = r - k * 2.02226624871116645580e-21;
    double z = r * r;
    double s = r + r * z * (-1.0 / 6 + z * (1.0 / 120 + z * (-1.0 / 5040 + z * (1.0 / 362880 + z * (-1.0 / 39916800)))));
    double c = 1 + z * (-0.5 + z * (1.0 / 24 + z * (-1.0 / 720 + z * (1.0 / 40320 + z * (-1.0 / 3628800 + z * (1.0 / 479001600))))));
    double across = (quadrant & 1) ? c : s;
    double along = (quadrant & 1) ? s : c;
    sine = static_cast<float>((quadrant & 2) ? -across : across);
    cosine = static_cast<float>(((quadrant + 1) & 2) ? -along : along);
}

LANES_TARGET static void sinesAndCosines(const double* angles, int64_t count, float* sines, float* cosines) {
    bool small = true;
    for (int64_t i = 0; i < count; i++) {
        small = small && std::abs(angles[i]) < LARGEST_ANGLE;
    }
    if (small) {
        for (int64_t i = 0; i < count; i++) {
            sineAndCosine(angles[i], sines[i], cosines[i]);
        }
    } else {
        for (int64_t i = 0; i < count; i++) {
            sines[i] = static_cast<float>(std::sin(angles[i]));
            cosines[i] = static_cast<float>(std::cos(angles[i]));
        }
    }
}

}  // namespace llmsys::LANES
