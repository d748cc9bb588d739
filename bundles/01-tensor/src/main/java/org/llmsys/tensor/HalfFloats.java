package org.llmsys.tensor;

/**
 * The two 16-bit floating types, to and from double. Each has a sign, an exponent and a fraction; BF16 is the upper half of an F32.
 *
 * <pre>
 *   F16   1 sign, 5 exponent, 10 fraction     6.0e-8 (subnormal) to 65504
 *   BF16  1 sign, 8 exponent,  7 fraction     9.2e-41 (subnormal) to 3.4e38
 * </pre>
 *
 * <p>Every 16-bit number is a double exactly. The other way rounds once, to the nearest, in a tie to the even fraction; what is too
 * large becomes infinite, NaN stays NaN.
 *
 * @see <a href="https://doi.org/10.1109/IEEESTD.2019.8766229">IEEE 754-2019</a>
 */
public final class HalfFloats {

    private HalfFloats() {
    }

    /** The value of an F16. */
    public static double fromF16(short bits) {
        return Float.float16ToFloat(bits);
    }

    /** The F16 nearest to a value. */
    public static short toF16(double value) {
        return Float.floatToFloat16(toOdd(value));
    }

    /** The value of a BF16. */
    public static double fromBF16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The BF16 nearest to a value. */
    public static short toBF16(double value) {
        int bits = Float.floatToRawIntBits(toOdd(value));
        if (Double.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);                       // quiet: the fraction must not become 0, that is infinity
        }
        int halfOrTie = 0x7fff + (bits >>> 16 & 1);                    // carries when the lower half is above a half, or is one and odd
        return (short) (bits + halfOrTie >>> 16);
    }

    /**
     * A float that rounds to 16 bits as the double itself would. Rounding twice to the nearest can go wrong: just above a tie the first
     * rounding may land on the tie. Rounded to odd instead (cut off, and the last bit set when anything was lost) no tie appears.
     *
     * @see <a href="https://doi.org/10.1109/TC.2007.70819">Boldo, Melquiond: Emulation of FMA and correctly rounded sums</a>
     */
    private static float toOdd(double value) {
        float near = (float) value;
        if (near == value || Double.isNaN(value)) {
            return near;
        }
        int bits = Float.floatToRawIntBits(near);
        int cutOff = Math.abs((double) near) > Math.abs(value) ? bits - 1 : bits;
        return Float.intBitsToFloat(cutOff | 1);
    }
}
