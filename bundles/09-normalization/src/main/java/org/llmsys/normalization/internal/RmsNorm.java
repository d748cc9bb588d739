package org.llmsys.normalization.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/**
 * Each row gets length sqrt(C), then a scale for each feature. The mean stays: what helps training is the size, not the centre.
 *
 * <pre>
 *   r = 1 / sqrt(sum of x² / C + eps)          h = x * r          y = gamma * h + beta          (beta usually none)
 *
 *   d = dLoss/dy * gamma
 *   dLoss/dx = r * (d - h * mean of (d * h))
 *   dLoss/dgamma = sum over rows of dLoss/dy * h          dLoss/dbeta = sum over rows of dLoss/dy
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1910.07467">Zhang, Sennrich 2019, Root Mean Square Layer Normalization</a>
 */
@Component
@Provider(slot = "normalization", algorithm = "rmsnorm", name = "rmsnorm", numerics = "scalar-double",
        summary = "root mean square 1, then scale (Llama)", reference = "https://arxiv.org/abs/1910.07467")
public final class RmsNorm implements Normalization {

    @Override
    public void forward(Tensor x, Tensor gamma, Tensor beta, float eps, Tensor y, Tensor saved) {
        Rows rows = Rows.forward("rmsnorm", x, gamma, beta, y, saved);
        float[] xs = x.floats();
        float[] scale = gamma.floats();
        float[] shift = beta == null ? null : beta.floats();
        float[] out = y.floats();
        for (int n = 0; n < rows.count(); n++) {
            int from = x.floatOffset() + n * rows.width();
            int to = y.floatOffset() + n * rows.width();
            double r = 1 / Math.sqrt(meanSquare(xs, from, rows.width()) + eps);
            for (int c = 0; c < rows.width(); c++) {
                double scaled = scale[gamma.floatOffset() + c] * (xs[from + c] * r);
                out[to + c] = (float) (shift == null ? scaled : scaled + shift[beta.floatOffset() + c]);
            }
            if (saved != null) {
                saved.floats()[saved.floatOffset() + 2 * n] = 0;
                saved.floats()[saved.floatOffset() + 2 * n + 1] = (float) r;
            }
        }
    }

    @Override
    public void backward(Tensor x, Tensor gamma, Tensor saved, Tensor gradY, Tensor gradX, Tensor gradGamma, Tensor gradBeta) {
        Rows rows = Rows.backward("rmsnorm backward", x, gamma, saved, gradY, gradX, gradGamma, gradBeta);
        int width = rows.width();
        float[] xs = x.floats();
        float[] gs = gradY.floats();
        float[] scale = gamma.floats();
        float[] out = gradX == null ? null : gradX.floats();
        double[] gammaSums = new double[width];
        double[] betaSums = new double[width];
        double[] h = new double[width];
        double[] d = new double[width];
        for (int n = 0; n < rows.count(); n++) {
            double r = saved.floats()[saved.floatOffset() + 2 * n + 1];
            double sumOfDH = 0;
            int from = x.floatOffset() + n * width;
            int at = gradY.floatOffset() + n * width;
            for (int c = 0; c < width; c++) {
                double g = gs[at + c];
                h[c] = xs[from + c] * r;
                d[c] = g * scale[gamma.floatOffset() + c];
                sumOfDH += d[c] * h[c];
                gammaSums[c] += g * h[c];
                betaSums[c] += g;
            }
            if (out != null) {
                int to = gradX.floatOffset() + n * width;
                for (int c = 0; c < width; c++) {
                    out[to + c] += (float) (r * (d[c] - h[c] * (sumOfDH / width)));
                }
            }
        }
        Sums.addTo(gradGamma, gammaSums);
        Sums.addTo(gradBeta, betaSums);
    }

    private static double meanSquare(float[] x, int from, int width) {
        double sum = 0;
        for (int c = 0; c < width; c++) {
            sum += (double) x[from + c] * x[from + c];
        }
        return sum / width;
    }
}
