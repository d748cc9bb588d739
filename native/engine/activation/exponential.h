// exp, sigmoid and tanh over lanes. Include one of the lanes_*.h first.
//
//   exp      n = round(x / ln 2),  r = x - n ln 2 (at most 0.347),  exp(x) = 2^n exp(r),  exp(r) = 1 + r + r^2 q(r), q of degree 4 fitted to the
//            least largest relative error, 3e-9. Below -87.3 it is 0, above 88.3 it stays at its largest, about 2.2e38; NaN stays NaN.
//            Error below 1.5 units of the last place.
//   tanh     |x| < 0.625: x + x z p(z), z = x^2;  beyond: 1 - 2 / (1 + exp(2 |x|)) with the sign of x.  p: S. L. Moshier's Cephes library, tanhf
//
// Every lane is computed alike, so a number's bits do not depend on where it stands.
#pragma once

#ifndef LANES
#error "include one of lanes_avx512.h, lanes_avx2.h, lanes_portable.h first"
#endif

namespace llmsys::LANES {

constexpr float LOWEST_EXPONENT = -87.3f;
constexpr float HIGHEST_EXPONENT = 88.3f;

// For x no higher than HIGHEST_EXPONENT.
LANES_INLINE Lanes expOfBounded(Lanes x) {
    constexpr float LOG2_E = 1.44269504f;
    constexpr float LN2_HIGH = 0.693359375f;              // so few digits that its products with whole numbers are exact
    constexpr float LN2_LOW = -2.12194440e-4f;
    constexpr float ROUNDER = 12582912.0f;                // 1.5 * 2^23: adding it pushes the digits after the point out
    Lanes bounded = max(all(LOWEST_EXPONENT), x);
    Lanes n = fma(bounded, all(LOG2_E), all(ROUNDER)) - all(ROUNDER);
    Lanes r = fma(n, all(-LN2_HIGH), bounded);
    r = fma(n, all(-LN2_LOW), r);
    Lanes q = fma(all(1.3814448611810803e-3f), r, all(8.368801325559616e-3f));
    q = fma(q, r, all(4.1668396443128586e-2f));
    q = fma(q, r, all(0.1666651964187622f));
    q = fma(q, r, all(0.4999999403953552f));
    q = fma(q, r, all(1.0f));
    q = fma(q, r, all(1.0f));
    return select(less(x, all(LOWEST_EXPONENT)), all(0.0f), timesPowerOfTwo(q, n));
}

LANES_INLINE Lanes exp(Lanes x) { return expOfBounded(min(all(HIGHEST_EXPONENT), x)); }

LANES_INLINE Lanes sigmoid(Lanes x) { return all(1.0f) / (all(1.0f) + exp(negative(x))); }

LANES_INLINE Lanes tanh(Lanes x) {
    Lanes size = absolute(x);
    Lanes far = all(1.0f) - all(2.0f) / (all(1.0f) + exp(size + size));
    Lanes z = x * x;
    Lanes p = fma(all(-5.70498872745e-3f), z, all(2.06390887954e-2f));
    p = fma(p, z, all(-5.37397155531e-2f));
    p = fma(p, z, all(1.33314422036e-1f));
    p = fma(p, z, all(-3.33332819422e-1f));
    Lanes near = fma(p * z, x, x);
    Lanes sided = select(less(x, all(0.0f)), negative(far), far);
    return select(less(size, all(0.625f)), near, sided);
}

}  // namespace llmsys::LANES
