package org.llmsys.vector.arithmetic;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** One number from a row of an array: elements {@code at} to {@code at + size - 1}, a register at a time, always in the same order. */
public final class Row {

    private static final int LANES = SPECIES.length();

    private Row() {
    }

    /**
     * The largest element; a maximum does not depend on the order. Minus infinity without elements; NaN if one is NaN. Four registers take
     * turns, because a maximum takes longer than the next load.
     */
    public static float max(float[] x, int at, int size) {
        FloatVector lowest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector a = lowest;
        FloatVector b = lowest;
        FloatVector c = lowest;
        FloatVector d = lowest;
        int i = 0;
        for (; i <= size - 4 * LANES; i += 4 * LANES) {
            a = a.max(FloatVector.fromArray(SPECIES, x, at + i));
            b = b.max(FloatVector.fromArray(SPECIES, x, at + i + LANES));
            c = c.max(FloatVector.fromArray(SPECIES, x, at + i + 2 * LANES));
            d = d.max(FloatVector.fromArray(SPECIES, x, at + i + 3 * LANES));
        }
        for (; i < size; i += LANES) {
            VectorMask<Float> present = SPECIES.indexInRange(i, size);
            a = a.max(lowest.blend(FloatVector.fromArray(SPECIES, x, at + i, present), present));
        }
        return a.max(b).max(c.max(d)).reduceLanes(VectorOperators.MAX);
    }

    /** The sum of x. */
    public static float sum(float[] x, int at, int size) {
        FloatVector sums = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            sums = sums.add(FloatVector.fromArray(SPECIES, x, at + i));
        }
        if (i < size) {
            sums = sums.add(FloatVector.fromArray(SPECIES, x, at + i, SPECIES.indexInRange(i, size)));
        }
        return VectorFunctions.sum(sums);
    }

    /** The sum of x * y. */
    public static float dot(float[] x, int at, float[] y, int yAt, int size) {
        FloatVector sums = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            sums = FloatVector.fromArray(SPECIES, x, at + i).fma(FloatVector.fromArray(SPECIES, y, yAt + i), sums);
        }
        if (i < size) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, size);
            sums = FloatVector.fromArray(SPECIES, x, at + i, rest).fma(FloatVector.fromArray(SPECIES, y, yAt + i, rest), sums);
        }
        return VectorFunctions.sum(sums);
    }

    /**
     * The sum of exp(x - shift). One loop with masks instead of a second for the rest: with the exponential in it twice the compiled body would
     * be so large that the compiler leaves vectors in memory.
     */
    public static float sumOfExp(float[] x, int at, int size, float shift) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector sums = zero;
        for (int i = 0; i < size; i += LANES) {
            VectorMask<Float> present = SPECIES.indexInRange(i, size);
            sums = sums.add(zero.blend(VectorFunctions.exp(FloatVector.fromArray(SPECIES, x, at + i, present).sub(shift)), present));
        }
        return VectorFunctions.sum(sums);
    }

    /** y = exp(x - shift), which may be x itself; returns the sum. */
    public static float expAndSum(float[] x, int at, float[] y, int to, int size, float shift) {
        FloatVector sums = FloatVector.zero(SPECIES);
        for (int i = 0; i < size; i += LANES) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, size);
            FloatVector exp = VectorFunctions.exp(FloatVector.fromArray(SPECIES, x, at + i, rest).sub(shift));
            exp.intoArray(y, to + i, rest);
            sums = sums.add(exp, rest);
        }
        return VectorFunctions.sum(sums);
    }
}
