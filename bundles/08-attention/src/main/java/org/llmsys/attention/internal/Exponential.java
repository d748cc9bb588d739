package org.llmsys.attention.internal;

/**
 * exp in single precision: several times as fast as {@link Math#exp}, within 2 units in the last place, the same on every machine.
 *
 * <pre>
 *   x = n ln 2 + r,  |r| at most ln 2 / 2          exp(x) = 2ⁿ · exp(r),  exp(r) by a polynomial of degree 7
 * </pre>
 *
 * <p>For softmax, so for x at most 0: below -87 the result is 0; NaN stays NaN.
 */
final class Exponential {

    private static final float LOG2_E = 1.442695041f;
    /** ln 2 in two parts: n times the first is exact for every n in range. */
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    private static final float SMALLEST = -87f;

    private Exponential() {
    }

    static float of(float x) {
        if (x < SMALLEST) {
            return 0;
        }
        float n = (int) (x * LOG2_E - 0.5f);                     // x is at most 0, so this rounds to the nearest
        float r = x - n * LN2_HIGH - n * LN2_LOW;
        float p = 1 / 5040f;                                     // exp(r) = 1 + r + r²/2 + r³/6 + ..., Horner's scheme
        p = p * r + 1 / 720f;
        p = p * r + 1 / 120f;
        p = p * r + 1 / 24f;
        p = p * r + 1 / 6f;
        p = p * r + 0.5f;
        p = p * r + 1;
        p = p * r + 1;
        return p * Float.intBitsToFloat((int) n + 127 << 23);
    }
}
