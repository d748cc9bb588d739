package org.llmsys.vector.normalization;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import org.llmsys.vector.arithmetic.VectorFunctions;

import jdk.incubator.vector.FloatVector;

/** The way back through one normalized row: h = (x - mean) r, d = gradY gamma, with the place of each array's element 0. */
record RowGradient(float[] x, int xAt, float[] gradY, int gradYAt, float[] gamma, int gammaAt, int width, float mean, float r) {

    private static final int LANES = SPECIES.length();

    /** The row's share: sums[c] += gradY h, sums[width + c] += gradY. */
    void addSums(float[] sums) {
        int i = 0;
        for (; i <= width - LANES; i += LANES) {
            FloatVector g = FloatVector.fromArray(SPECIES, gradY, gradYAt + i);
            g.fma(h(i), FloatVector.fromArray(SPECIES, sums, i)).intoArray(sums, i);
            g.add(FloatVector.fromArray(SPECIES, sums, width + i)).intoArray(sums, width + i);
        }
        for (; i < width; i++) {
            sums[i] = Math.fma(gradY[gradYAt + i], (x[xAt + i] - mean) * r, sums[i]);
            sums[width + i] += gradY[gradYAt + i];
        }
    }

    /** gradX += r (d - mean of d - h mean of (d h)). */
    void addTo(float[] gradX, int at) {
        FloatVector sumsOfD = FloatVector.zero(SPECIES);
        FloatVector sumsOfDH = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= width - LANES; i += LANES) {
            FloatVector d = d(i);
            sumsOfD = sumsOfD.add(d);
            sumsOfDH = d.fma(h(i), sumsOfDH);
        }
        float meanOfD = VectorFunctions.sum(sumsOfD);
        float meanOfDH = VectorFunctions.sum(sumsOfDH);
        for (; i < width; i++) {
            float d = gradY[gradYAt + i] * gamma[gammaAt + i];
            meanOfD += d;
            meanOfDH = Math.fma(d, (x[xAt + i] - mean) * r, meanOfDH);
        }
        meanOfD /= width;
        meanOfDH /= width;
        i = 0;
        for (; i <= width - LANES; i += LANES) {
            FloatVector inner = h(i).fma(FloatVector.broadcast(SPECIES, -meanOfDH), d(i).sub(meanOfD));
            inner.fma(FloatVector.broadcast(SPECIES, r), FloatVector.fromArray(SPECIES, gradX, at + i)).intoArray(gradX, at + i);
        }
        for (; i < width; i++) {
            float inner = Math.fma((x[xAt + i] - mean) * r, -meanOfDH, gradY[gradYAt + i] * gamma[gammaAt + i] - meanOfD);
            gradX[at + i] = Math.fma(inner, r, gradX[at + i]);
        }
    }

    private FloatVector h(int i) {
        return FloatVector.fromArray(SPECIES, x, xAt + i).sub(mean).mul(r);
    }

    private FloatVector d(int i) {
        return FloatVector.fromArray(SPECIES, gradY, gradYAt + i).mul(FloatVector.fromArray(SPECIES, gamma, gammaAt + i));
    }
}
