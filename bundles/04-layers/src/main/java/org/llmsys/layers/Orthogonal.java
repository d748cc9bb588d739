package org.llmsys.layers;

import org.llmsys.tensor.Elements;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * A matrix that turns and mirrors, but stretches nothing: lengths survive any number of layers.
 *
 * <pre>
 *   Q·Qᵀ = I, or Qᵀ·Q = I when there are more rows than columns          Q from normal draws by Gram and Schmidt
 * </pre>
 *
 * <p>A weight of more than two axes is taken as (first axis, all others). Each vector is made orthogonal to the earlier ones twice: the
 * first time rounding leaves a rest, which matters when two draws were nearly parallel.
 *
 * @see <a href="https://arxiv.org/abs/1312.6120">Saxe, McClelland, Ganguli 2013, Exact solutions to the nonlinear dynamics of learning</a>
 */
final class Orthogonal implements Initialization {

    @Override
    public void fill(Tensor weight, RandomStream random) {
        if (weight.shape().rank() < 2) {
            throw new ShapeException("orthogonal initialization", weight.shape(), "only a matrix can be orthogonal");
        }
        if (weight.size() == 0) {
            return;
        }
        int rows = weight.shape().intExtent(0);
        int columns = Math.toIntExact(weight.size() / rows);
        double[][] q = vectors(Math.min(rows, columns), Math.max(rows, columns), random);
        Elements out = weight.elements();
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                out.set(r * columns + c, rows <= columns ? q[r][c] : q[c][r]);
            }
        }
    }

    /** {@code count} vectors of length 1, each orthogonal to all others. */
    private static double[][] vectors(int count, int length, RandomStream random) {
        double[][] q = new double[count][length];
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < length; k++) {
                q[i][k] = random.nextGaussian();
            }
            for (int earlier = 0; earlier < 2 * i; earlier++) {
                double[] other = q[earlier % i];
                subtract(q[i], dot(q[i], other), other);
            }
            double size = Math.sqrt(dot(q[i], q[i]));
            for (int k = 0; k < length; k++) {
                q[i][k] /= size;
            }
        }
        return q;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }

    /** a -= factor * b. */
    private static void subtract(double[] a, double factor, double[] b) {
        for (int k = 0; k < a.length; k++) {
            a[k] -= factor * b[k];
        }
    }
}
