package org.llmsys.normalization.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.Elements;
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
        Elements xs = x.elements();
        Elements scale = gamma.elements();
        Elements shift = beta == null ? null : beta.elements();
        Elements out = y.elements();
        Elements stored = saved == null ? null : saved.elements();
        for (int n = 0; n < rows.count(); n++) {
            int row = n * rows.width();
            double mean = mean(xs, row, rows.width());
            double r = 1 / Math.sqrt(variance(xs, row, rows.width(), mean) + eps);
            for (int c = 0; c < rows.width(); c++) {
                double scaled = scale.get(c) * ((xs.get(row + c) - mean) * r);
                out.set(row + c, shift == null ? scaled : scaled + shift.get(c));
            }
            if (stored != null) {
                stored.set(2 * n, mean);
                stored.set(2 * n + 1, r);
            }
        }
    }

    @Override
    public void backward(Tensor x, Tensor gamma, Tensor saved, Tensor gradY, Tensor gradX, Tensor gradGamma, Tensor gradBeta) {
        Rows rows = Rows.backward("layernorm backward", x, gamma, saved, gradY, gradX, gradGamma, gradBeta);
        int width = rows.width();
        Elements xs = x.elements();
        Elements gs = gradY.elements();
        Elements scale = gamma.elements();
        Elements stored = saved.elements();
        Elements out = gradX == null ? null : gradX.elements();
        double[] gammaSums = new double[width];
        double[] betaSums = new double[width];
        double[] h = new double[width];
        double[] d = new double[width];
        for (int n = 0; n < rows.count(); n++) {
            int row = n * width;
            double mean = stored.get(2 * n);
            double r = stored.get(2 * n + 1);
            double sumOfD = 0;
            double sumOfDH = 0;
            for (int c = 0; c < width; c++) {
                double g = gs.get(row + c);
                h[c] = (xs.get(row + c) - mean) * r;
                d[c] = g * scale.get(c);
                sumOfD += d[c];
                sumOfDH += d[c] * h[c];
                gammaSums[c] += g * h[c];
                betaSums[c] += g;
            }
            if (out != null) {
                for (int c = 0; c < width; c++) {
                    out.add(row + c, r * (d[c] - sumOfD / width - h[c] * (sumOfDH / width)));
                }
            }
        }
        Sums.addTo(gradGamma, gammaSums);
        Sums.addTo(gradBeta, betaSums);
    }

    private static double mean(Elements x, int from, int width) {
        double sum = 0;
        for (int c = 0; c < width; c++) {
            sum += x.get(from + c);
        }
        return sum / width;
    }

    private static double variance(Elements x, int from, int width, double mean) {
        double sum = 0;
        for (int c = 0; c < width; c++) {
            double deviation = x.get(from + c) - mean;
            sum += deviation * deviation;
        }
        return sum / width;
    }
}
