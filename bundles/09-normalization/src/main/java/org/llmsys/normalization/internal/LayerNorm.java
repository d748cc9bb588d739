package org.llmsys.normalization.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/**
 * Each row gets mean 0 and deviation 1, then scale and shift of each feature.
 *
 * <pre>
 *   mean = sum of x / C          variance = sum of (x - mean)² / C          r = 1 / sqrt(variance + eps)
 *   h = (x - mean) * r           y = gamma * h + beta
 *
 *   d = dLoss/dy * gamma
 *   dLoss/dx = r * (d - mean of d - h * mean of (d * h))
 *   dLoss/dgamma = sum over rows of dLoss/dy * h          dLoss/dbeta = sum over rows of dLoss/dy
 * </pre>
 *
 * <p>Sums are taken in double, in order. Two passes over the row, first the mean, then the variance around it: the textbook's short cut, mean of
 * squares minus square of the mean, loses all digits when the mean is large.
 *
 * @see <a href="https://arxiv.org/abs/1607.06450">Ba, Kiros, Hinton 2016, Layer Normalization</a>
 */
@Component
@Provider(slot = "normalization", algorithm = "layernorm", name = "layernorm", numerics = "scalar-double",
        summary = "mean 0, deviation 1, then scale and shift", reference = "https://arxiv.org/abs/1607.06450")
public final class LayerNorm implements Normalization {

    @Override
    public void forward(Tensor x, Tensor gamma, Tensor beta, float eps, Tensor y, Tensor saved) {
        Rows rows = Rows.forward("layernorm", x, gamma, beta, y, saved);
        float[] xs = x.floats();
        float[] scale = gamma.floats();
        float[] shift = beta == null ? null : beta.floats();
        float[] out = y.floats();
        for (int n = 0; n < rows.count(); n++) {
            int from = x.floatOffset() + n * rows.width();
            int to = y.floatOffset() + n * rows.width();
            double mean = mean(xs, from, rows.width());
            double r = 1 / Math.sqrt(variance(xs, from, rows.width(), mean) + eps);
            for (int c = 0; c < rows.width(); c++) {
                double scaled = scale[gamma.floatOffset() + c] * ((xs[from + c] - mean) * r);
                out[to + c] = (float) (shift == null ? scaled : scaled + shift[beta.floatOffset() + c]);
            }
            if (saved != null) {
                saved.floats()[saved.floatOffset() + 2 * n] = (float) mean;
                saved.floats()[saved.floatOffset() + 2 * n + 1] = (float) r;
            }
        }
    }

    @Override
    public void backward(Tensor x, Tensor gamma, Tensor saved, Tensor gradY, Tensor gradX, Tensor gradGamma, Tensor gradBeta) {
        Rows rows = Rows.backward("layernorm backward", x, gamma, saved, gradY, gradX, gradGamma, gradBeta);
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
            double mean = saved.floats()[saved.floatOffset() + 2 * n];
            double r = saved.floats()[saved.floatOffset() + 2 * n + 1];
            double sumOfD = 0;
            double sumOfDH = 0;
            int from = x.floatOffset() + n * width;
            int at = gradY.floatOffset() + n * width;
            for (int c = 0; c < width; c++) {
                double g = gs[at + c];
                h[c] = (xs[from + c] - mean) * r;
                d[c] = g * scale[gamma.floatOffset() + c];
                sumOfD += d[c];
                sumOfDH += d[c] * h[c];
                gammaSums[c] += g * h[c];
                betaSums[c] += g;
            }
            if (out != null) {
                int to = gradX.floatOffset() + n * width;
                for (int c = 0; c < width; c++) {
                    out[to + c] += (float) (r * (d[c] - sumOfD / width - h[c] * (sumOfDH / width)));
                }
            }
        }
        Sums.addTo(gradGamma, gammaSums);
        Sums.addTo(gradBeta, betaSums);
    }

    private static double mean(float[] x, int from, int width) {
        double sum = 0;
        for (int c = 0; c < width; c++) {
            sum += x[from + c];
        }
        return sum / width;
    }

    private static double variance(float[] x, int from, int width, double mean) {
        double sum = 0;
        for (int c = 0; c < width; c++) {
            double deviation = x[from + c] - mean;
            sum += deviation * deviation;
        }
        return sum / width;
    }
}
