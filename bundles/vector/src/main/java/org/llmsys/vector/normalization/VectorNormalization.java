package org.llmsys.vector.normalization;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import java.util.Arrays;

import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.Chunks;
import org.llmsys.vector.arithmetic.VectorFunctions;
import org.llmsys.vector.matmul.Scratch;

import jdk.incubator.vector.FloatVector;

/**
 * What layer and root-mean-square normalization have in common, a register of features at a time, rows in parallel: they differ in the centre
 * around which squares are taken, the mean or 0.
 *
 * <pre>
 *   m = mean of x, or 0          r = 1 / sqrt(sum of (x - m)² / C + eps)          h = (x - m) r          y = gamma h + beta
 *   d = dLoss/dy gamma           dLoss/dx = r (d - mean of d, or 0, - h mean of (d h))
 *   dLoss/dgamma = sum over rows of dLoss/dy h                dLoss/dbeta = sum over rows of dLoss/dy
 * </pre>
 *
 * <p>Centre and squares take a pass each over a row that is in the nearest cache, and lanes are added in a fixed tree. The sums over rows
 * are taken within chunks of fixed size, then over chunks from first to last: the same for any number of threads.
 */
abstract class VectorNormalization implements Normalization {

    private static final int LANES = SPECIES.length();

    private final WorkerPool pool;
    private final String algorithm;
    private final Scratch scratch = new Scratch();

    VectorNormalization(String algorithm, WorkerPool pool) {
        this.algorithm = algorithm;
        this.pool = pool;
    }

    /** m of a row. */
    abstract float centre(float[] x, int at, int width);

    /** What the centre's own gradient takes off each element, given the mean of d. */
    abstract float centring(float meanOfD);

    @Override
    public void forward(Tensor x, Tensor gamma, Tensor beta, float eps, Tensor y, Tensor saved) {
        int width = width(x, gamma, saved);
        requireSame(x, y);
        requireSame(gamma, beta);
        float[] xs = x.floats();
        float[] shift = beta == null ? null : beta.floats();
        int shiftAt = beta == null ? 0 : beta.floatOffset();
        Chunks.run(pool, count(x, width), Chunks.rows(width), (first, last) -> {
            for (int n = first; n < last; n++) {
                int from = x.floatOffset() + n * width;
                float mean = centre(xs, from, width);
                float r = (float) (1 / Math.sqrt(squares(xs, from, width, mean) / width + eps));
                normalize(xs, from, width, mean, r, gamma.floats(), gamma.floatOffset(), shift, shiftAt, y.floats(), y.floatOffset() + n * width);
                if (saved != null) {
                    saved.floats()[saved.floatOffset() + 2 * n] = mean;
                    saved.floats()[saved.floatOffset() + 2 * n + 1] = r;
                }
            }
        });
    }

    @Override
    public void backward(Tensor x, Tensor gamma, Tensor saved, Tensor gradY, Tensor gradX, Tensor gradGamma, Tensor gradBeta) {
        int width = width(x, gamma, saved);
        requireSame(x, gradY);
        requireSame(x, gradX);
        requireSame(gamma, gradGamma);
        requireSame(gamma, gradBeta);
        int rows = Chunks.rows(width);
        float[][] sums = new float[Math.ceilDiv(count(x, width), rows)][];                 // (chunks, 2 width): of gamma, then of beta
        Chunks.run(pool, count(x, width), rows, (first, last) -> {
            float[] ofChunk = scratch.lend(2 * width);
            Arrays.fill(ofChunk, 0, 2 * width, 0);
            RowGradient row = new RowGradient(x.floats(), gradY.floats(), gamma.floats(), gamma.floatOffset(), width);
            float[] means = saved.floats();
            for (int n = first; n < last; n++) {
                int at = saved.floatOffset() + 2 * n;
                row.row(x.floatOffset() + n * width, gradY.floatOffset() + n * width, means[at], means[at + 1]);
                float meanOfD = row.addSums(ofChunk);
                if (gradX != null) {
                    row.addTo(gradX.floats(), gradX.floatOffset() + n * width, centring(meanOfD));
                }
            }
            sums[first / rows] = ofChunk;
        });
        addSums(gradGamma, sums, 0, width);
        addSums(gradBeta, sums, width, width);
        for (float[] ofChunk : sums) {
            scratch.giveBack(ofChunk);
        }
    }

    private static float squares(float[] x, int at, int size, float mean) {
        FloatVector sums = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            FloatVector deviation = FloatVector.fromArray(SPECIES, x, at + i).sub(mean);
            sums = deviation.fma(deviation, sums);
        }
        float sum = VectorFunctions.sum(sums);
        for (; i < size; i++) {
            sum = Math.fma(x[at + i] - mean, x[at + i] - mean, sum);
        }
        return sum;
    }

    private static void normalize(float[] x, int at, int size, float mean, float r, float[] gamma, int gammaAt, float[] beta, int betaAt,
            float[] y, int to) {
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            FloatVector h = FloatVector.fromArray(SPECIES, x, at + i).sub(mean).mul(r);
            FloatVector shift = beta == null ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, beta, betaAt + i);
            h.fma(FloatVector.fromArray(SPECIES, gamma, gammaAt + i), shift).intoArray(y, to + i);
        }
        for (; i < size; i++) {
            y[to + i] = Math.fma((x[at + i] - mean) * r, gamma[gammaAt + i], beta == null ? 0 : beta[betaAt + i]);
        }
    }

    /** Chunks from first to last, in double, rounded once. */
    private static void addSums(Tensor gradient, float[][] sums, int from, int width) {
        if (gradient == null) {
            return;
        }
        for (int c = 0; c < width; c++) {
            double sum = 0;
            for (float[] ofChunk : sums) {
                sum += ofChunk[from + c];
            }
            gradient.floats()[gradient.floatOffset() + c] += (float) sum;
        }
    }

    private static int count(Tensor x, int width) {
        return width == 0 ? 0 : Math.toIntExact(x.size() / width);
    }

    private int width(Tensor x, Tensor gamma, Tensor saved) {
        if (x.shape().rank() == 0 || !gamma.shape().equals(Shape.of(x.shape().extent(-1)))) {
            throw new ShapeException(algorithm, x.shape(), gamma.shape(), "gamma has one element for each feature of the last axis");
        }
        int width = x.shape().intExtent(-1);
        if (saved != null && !saved.shape().equals(Shape.of(count(x, width), 2))) {
            throw new ShapeException(algorithm, x.shape(), saved.shape(), "what is saved has two numbers for each row");
        }
        return width;
    }

    private void requireSame(Tensor one, Tensor other) {
        if (other != null && !one.shape().equals(other.shape())) {
            throw new ShapeException(algorithm, one.shape(), other.shape(), "the shapes differ");
        }
    }
}
