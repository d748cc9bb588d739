package org.llmsys.vector.arithmetic;

import static jdk.incubator.vector.FloatVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the kernels of this bundle need beyond the instructions: an exponential, and sums over lanes in a fixed order.
 *
 * <p>Every step is a single rounded operation or a fused multiply-add, so interpreted and compiled code, and any two machines whose
 * registers are equally wide, give the same bits.
 */
public final class VectorFunctions {

    /** The width of registers everywhere in this bundle. */
    public static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    private static final float LOWEST = -87.3f;
    private static final float HIGHEST = 88.3f;
    private static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts: the first has so few digits that its products with whole numbers are exact. */
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    /** Adding 1.5·2²³ pushes the digits after the point out of a float: what is left is the nearest whole number. */
    private static final float ROUNDER = 12582912f;

    /** Shuffles that add the upper half of the lanes to the lower, then the upper quarter, and so on. */
    private static final VectorShuffle<Float> BY_EIGHT = halving(8);
    private static final VectorShuffle<Float> BY_FOUR = halving(4);
    private static final VectorShuffle<Float> BY_TWO = halving(2);
    private static final VectorShuffle<Float> BY_ONE = halving(1);

    private VectorFunctions() {
    }

    private static VectorShuffle<Float> halving(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane + distance) % SPECIES.length());
    }

    /**
     * exp(x) with a relative error below 2e-7; 0 below -87.3; large, but finite, above 88.3; NaN stays NaN.
     *
     * <pre>
     *   n = round(x / ln 2)      r = x - n ln 2, at most 0.35      exp(x) = 2ⁿ exp(r),  exp(r) = 1 + r + r²/2 + ... + r⁷/5040
     * </pre>
     */
    public static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(LOWEST).min(HIGHEST);
        FloatVector shifted = bounded.fma(broadcast(SPECIES, LOG2_E), broadcast(SPECIES, ROUNDER));
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(broadcast(SPECIES, -LN2_HIGH), bounded);
        r = n.fma(broadcast(SPECIES, -LN2_LOW), r);
        FloatVector p = broadcast(SPECIES, 1 / 5040f).fma(r, broadcast(SPECIES, 1 / 720f));
        p = p.fma(r, broadcast(SPECIES, 1 / 120f));
        p = p.fma(r, broadcast(SPECIES, 1 / 24f));
        p = p.fma(r, broadcast(SPECIES, 1 / 6f));
        p = p.fma(r, broadcast(SPECIES, 0.5f));
        p = p.fma(r, broadcast(SPECIES, 1));
        p = p.fma(r, broadcast(SPECIES, 1));
        IntVector power = shifted.reinterpretAsInts().add(127 - Float.floatToRawIntBits(ROUNDER)).lanewise(VectorOperators.LSHL, 23);
        return p.mul(power.reinterpretAsFloats()).blend(0, x.compare(VectorOperators.LT, LOWEST));
    }

    /** 1 / (1 + exp(-x)) with an error below 2e-7. */
    public static FloatVector sigmoid(FloatVector x) {
        return broadcast(SPECIES, 1).div(exp(x.neg()).add(1));
    }

    /**
     * tanh(x) with an error below 2e-7 of its value; tiny results keep their digits.
     *
     * <pre>
     *   |x| < 0.625      x + x z (c1 + z (c2 + ... z c5)),  z = x²
     *   beyond           1 - 2 / (1 + exp(2 |x|)), with the sign of x
     * </pre>
     *
     * <p>Coefficients: S. L. Moshier's Cephes library, tanhf.
     */
    public static FloatVector tanh(FloatVector x) {
        FloatVector size = x.abs();
        FloatVector far = broadcast(SPECIES, 1).sub(broadcast(SPECIES, 2).div(exp(size.add(size)).add(1)));
        FloatVector z = x.mul(x);
        FloatVector p = broadcast(SPECIES, -5.70498872745e-3f).fma(z, broadcast(SPECIES, 2.06390887954e-2f));
        p = p.fma(z, broadcast(SPECIES, -5.37397155531e-2f));
        p = p.fma(z, broadcast(SPECIES, 1.33314422036e-1f));
        p = p.fma(z, broadcast(SPECIES, -3.33332819422e-1f));
        FloatVector near = p.mul(z).fma(x, x);
        FloatVector signed = far.blend(far.neg(), x.compare(VectorOperators.LT, 0));
        return signed.blend(near, size.compare(VectorOperators.LT, 0.625f));
    }

    /** The sum of all lanes, always added in the same tree; {@code reduceLanes} may add in one order now and in another after compilation. */
    public static float sum(FloatVector x) {
        FloatVector sum = x;
        if (SPECIES.length() > 8) {
            sum = sum.add(sum.rearrange(BY_EIGHT));
        }
        if (SPECIES.length() > 4) {
            sum = sum.add(sum.rearrange(BY_FOUR));
        }
        if (SPECIES.length() > 2) {
            sum = sum.add(sum.rearrange(BY_TWO));
        }
        return sum.add(sum.rearrange(BY_ONE)).lane(0);
    }
}
