package org.llmsys.vector.normalization;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import org.llmsys.vector.arithmetic.VectorFunctions;

import jdk.incubator.vector.FloatVector;

/**
 * The way back through normalized rows, one at a time: h = (x - mean) r, d = gradY gamma. One object serves all rows of a chunk, so that
 * none is made for each.
 */
final class RowGradient {

    private static final int LANES = SPECIES.length();

    private final float[] x;
    private final float[] gradY;
    private final float[] gamma;
    private final int gammaAt;
    private final int width;
    private int xAt;
    private int gradYAt;
    private float mean;
    private float r;
    private float meanOfDH;

    RowGradient(float[] x, float[] gradY, float[] gamma, int gammaAt, int width) {
        this.x = x;
        this.gradY = gradY;
        this.gamma = gamma;
        this.gammaAt = gammaAt;
        this.width = width;
    }

    /** Goes to the row whose elements begin at these places. */
    void row(int xBegins, int gradYBegins, float itsMean, float itsR) {
        xAt = xBegins;
        gradYAt = gradYBegins;
        mean = itsMean;
        r = itsR;
    }

    /** The row's share, sums[c] += gradY h, sums[width + c] += gradY, and on the same way two means: that of d h is kept, that of d returned. */
    float addSums(float[] sums) {
        FloatVector means = FloatVector.broadcast(SPECIES, mean);
        FloatVector factor = FloatVector.broadcast(SPECIES, r);
        FloatVector sumsOfD = FloatVector.zero(SPECIES);
        FloatVector sumsOfDH = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= width - LANES; i += LANES) {
            FloatVector g = FloatVector.fromArray(SPECIES, gradY, gradYAt + i);
            FloatVector gh = FloatVector.fromArray(SPECIES, x, xAt + i).sub(means).mul(factor).mul(g);
            FloatVector weights = FloatVector.fromArray(SPECIES, gamma, gammaAt + i);
            gh.add(FloatVector.fromArray(SPECIES, sums, i)).intoArray(sums, i);
            g.add(FloatVector.fromArray(SPECIES, sums, width + i)).intoArray(sums, width + i);
            sumsOfD = g.fma(weights, sumsOfD);
            sumsOfDH = gh.fma(weights, sumsOfDH);
        }
        float sumOfD = VectorFunctions.sum(sumsOfD);
        float sumOfDH = VectorFunctions.sum(sumsOfDH);
        for (; i < width; i++) {
            float g = gradY[gradYAt + i];
            float gh = g * ((x[xAt + i] - mean) * r);
            sums[i] += gh;
            sums[width + i] += g;
            sumOfD = Math.fma(g, gamma[gammaAt + i], sumOfD);
            sumOfDH = Math.fma(gh, gamma[gammaAt + i], sumOfDH);
        }
        meanOfDH = sumOfDH / width;
        return sumOfD / width;
    }

    /** gradX += r (d - centring - h mean of (d h)). */
    void addTo(float[] gradX, int at, float centring) {
        FloatVector means = FloatVector.broadcast(SPECIES, mean);
        FloatVector minusMeanOfDH = FloatVector.broadcast(SPECIES, -meanOfDH);
        FloatVector minusCentring = FloatVector.broadcast(SPECIES, -centring);
        FloatVector factor = FloatVector.broadcast(SPECIES, r);
        int i = 0;
        for (; i <= width - LANES; i += LANES) {
            FloatVector d = FloatVector.fromArray(SPECIES, gradY, gradYAt + i).fma(FloatVector.fromArray(SPECIES, gamma, gammaAt + i), minusCentring);
            FloatVector h = FloatVector.fromArray(SPECIES, x, xAt + i).sub(means).mul(factor);
            h.fma(minusMeanOfDH, d).fma(factor, FloatVector.fromArray(SPECIES, gradX, at + i)).intoArray(gradX, at + i);
        }
        for (; i < width; i++) {
            float d = Math.fma(gradY[gradYAt + i], gamma[gammaAt + i], -centring);
            float inner = Math.fma((x[xAt + i] - mean) * r, -meanOfDH, d);
            gradX[at + i] = Math.fma(inner, r, gradX[at + i]);
        }
    }
}
