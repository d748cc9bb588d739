package org.llmsys.vector.attention;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import java.util.Arrays;

import org.llmsys.vector.arithmetic.VectorFunctions;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** What attention does with one row of scores between two matrix products. */
final class SoftmaxRow {

    private static final int LANES = SPECIES.length();

    private SoftmaxRow() {
    }

    /** The largest of x[at] to x[at + size - 1]; a maximum does not depend on the order. NaN if one is NaN. */
    static float max(float[] x, int at, int size) {
        FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            max = max.max(FloatVector.fromArray(SPECIES, x, at + i));
        }
        float largest = max.reduceLanes(VectorOperators.MAX);
        for (; i < size; i++) {
            largest = Math.max(largest, x[at + i]);
        }
        return largest;
    }

    /** x = exp(factor * x + shift) for the first {@code seen} elements, 0 for the others up to {@code size}; returns the sum. */
    static float expAndSum(float[] x, int at, int seen, int size, float factor, float shift) {
        FloatVector sums = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= seen - LANES; i += LANES) {
            FloatVector p = exp(FloatVector.fromArray(SPECIES, x, at + i), factor, shift);
            p.intoArray(x, at + i);
            sums = sums.add(p);
        }
        if (i < seen) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, seen);
            FloatVector p = exp(FloatVector.fromArray(SPECIES, x, at + i, rest), factor, shift);
            p.intoArray(x, at + i, rest);
            sums = sums.add(FloatVector.zero(SPECIES).blend(p, rest));
        }
        Arrays.fill(x, at + seen, at + size, 0);
        return VectorFunctions.sum(sums);
    }

    private static FloatVector exp(FloatVector x, float factor, float shift) {
        return VectorFunctions.exp(x.fma(FloatVector.broadcast(SPECIES, factor), FloatVector.broadcast(SPECIES, shift)));
    }

    /** dS = p * (dP - mean) * scale, in place of dP, which is finite where p is 0. */
    static void gradScores(float[] p, float[] dS, int at, int size, float mean, float scale) {
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            FloatVector.fromArray(SPECIES, dS, at + i).sub(mean).mul(FloatVector.fromArray(SPECIES, p, at + i)).mul(scale).intoArray(dS, at + i);
        }
        for (; i < size; i++) {
            dS[at + i] = (dS[at + i] - mean) * p[at + i] * scale;
        }
    }

    static void scale(float[] x, int at, int size, float factor) {
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            FloatVector.fromArray(SPECIES, x, at + i).mul(factor).intoArray(x, at + i);
        }
        for (; i < size; i++) {
            x[at + i] *= factor;
        }
    }

    static float dot(float[] x, int xAt, float[] y, int yAt, int size) {
        FloatVector sums = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            sums = FloatVector.fromArray(SPECIES, x, xAt + i).fma(FloatVector.fromArray(SPECIES, y, yAt + i), sums);
        }
        float sum = VectorFunctions.sum(sums);
        for (; i < size; i++) {
            sum = Math.fma(x[xAt + i], y[yAt + i], sum);
        }
        return sum;
    }
}
