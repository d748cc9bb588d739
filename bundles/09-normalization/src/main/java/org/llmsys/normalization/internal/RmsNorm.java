package org.llmsys.normalization.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.Elements;
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
        Elements xs = x.elements();
        Elements scale = gamma.elements();
        Elements shift = beta == null ? null : beta.elements();
        Elements out = y.elements();
        for (int n = 0; n < rows.count(); n++) {
            int row = n * rows.width();
            double r = 1 / Math.sqrt(meanSquare(xs, row, rows.width()) + eps);
            for (int c = 0; c < rows.width(); c++) {
                double scaled = scale.get(c) * (xs.get(row + c) * r);
                out.set(row + c, shift == null ? scaled : scaled + shift.get(c));
            }
            if (saved != null) {
                saved.elements().set(2 * n, 0);
                saved.elements().set(2 * n + 1, r);
            }
        }
    }

    @Override
    public void backward(Tensor x, Tensor gamma, Tensor saved, Tensor gradY, Tensor gradX, Tensor gradGamma, Tensor gradBeta) {
        Rows rows = Rows.backward("rmsnorm backward", x, gamma, saved, gradY, gradX, gradGamma, gradBeta);
        int width = rows.width();
        Elements xs = x.elements();
        Elements gs = gradY.elements();
        Elements scale = gamma.elements();
        Elements out = gradX == null ? null : gradX.elements();
        double[] gammaSums = new double[width];
        double[] betaSums = new double[width];
        double[] h = new double[width];
        double[] d = new double[width];
        for (int n = 0; n < rows.count(); n++) {
            int row = n * width;
            double r = saved.elements().get(2 * n + 1);
            double sumOfDH = 0;
            for (int c = 0; c < width; c++) {
                double g = gs.get(row + c);
                h[c] = xs.get(row + c) * r;
                d[c] = g * scale.get(c);
                sumOfDH += d[c] * h[c];
                gammaSums[c] += g * h[c];
                betaSums[c] += g;
            }
            if (out != null) {
                for (int c = 0; c < width; c++) {
                    out.add(row + c, r * (d[c] - h[c] * (sumOfDH / width)));
                }
            }
        }
        Sums.addTo(gradGamma, gammaSums);
        Sums.addTo(gradBeta, betaSums);
    }

    private static double meanSquare(Elements x, int from, int width) {
        double sum = 0;
        for (int c = 0; c < width; c++) {
            sum += x.get(from + c) * x.get(from + c);
        }
        return sum / width;
    }
}
