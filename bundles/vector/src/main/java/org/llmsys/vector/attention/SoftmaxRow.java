package org.llmsys.vector.attention;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import java.util.Arrays;

import org.llmsys.vector.arithmetic.VectorFunctions;

import jdk.incubator.vector.FloatVector;

/** What attention does with one row of scores between two matrix products. */
final class SoftmaxRow {

    static final int LANES = SPECIES.length();

    private SoftmaxRow() {
    }

    /**
     * x = exp(factor * x + shift) for the first {@code seen} elements, 0 for the others up to {@code size}; returns the sum. Whole registers
     * are read and written, so the row needs room up to the next multiple of {@link #LANES}.
     */
    static float expAndSum(float[] x, int at, int seen, int size, float factor, float shift) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector factors = FloatVector.broadcast(SPECIES, factor);
        FloatVector shifts = FloatVector.broadcast(SPECIES, shift);
        FloatVector sums = zero;
        for (int i = 0; i < seen; i += LANES) {
            FloatVector p = VectorFunctions.exp(FloatVector.fromArray(SPECIES, x, at + i).fma(factors, shifts));
            p = zero.blend(p, SPECIES.indexInRange(i, seen));
            p.intoArray(x, at + i);
            sums = sums.add(p);
        }
        int done = Math.ceilDiv(seen, LANES) * LANES;
        if (done < size) {
            Arrays.fill(x, at + done, at + size, 0);
        }
        return VectorFunctions.sum(sums);
    }

    /** x -= slope * distance, where element {@code place} has distance 0, for the {@code seen} first ones. Whole registers, as {@link #expAndSum}. */
    static void subtractLine(float[] x, int at, int seen, int place, float slope) {
        if (slope == 0) {
            return;
        }
        FloatVector places = FloatVector.zero(SPECIES).addIndex(1);
        for (int i = 0; i < seen; i += LANES) {
            places.add(i - place).fma(FloatVector.broadcast(SPECIES, slope), FloatVector.fromArray(SPECIES, x, at + i)).intoArray(x, at + i);
        }
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
}
