package org.llmsys.autograd;

import java.util.List;

import org.llmsys.tensor.Tensor;

/**
 * Shortens a gradient that is too long, without turning it: one bad batch then cannot throw the weights far away.
 *
 * <pre>
 *   norm = sqrt(sum of g² over all gradients)          if norm > maxNorm:  g = g * maxNorm / norm
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1211.5063">Pascanu et al. 2013, On the Difficulty of Training Recurrent Neural Networks</a>
 */
public final class GradientClipping {

    private GradientClipping() {
    }

    /**
     * Scales the gradients in place so that all together are at most {@code maxNorm} long.
     *
     * @param gradients contiguous F32 on the heap; added up in this order, in double, so the norm is always the same
     * @param maxNorm   above 0; infinity measures only
     * @return the norm before; when it is NaN or infinite nothing was scaled, and the caller should not use the gradients
     */
    public static double clip(List<Tensor> gradients, double maxNorm) {
        if (!(maxNorm > 0)) {
            throw new IllegalArgumentException("the largest norm must be above 0, not " + maxNorm);
        }
        double norm = norm(gradients);
        if (norm > maxNorm && norm < Double.POSITIVE_INFINITY) {
            float factor = (float) (maxNorm / norm);
            gradients.forEach(gradient -> scale(gradient, factor));
        }
        return norm;
    }

    /** The length of all gradients together, as one vector. */
    public static double norm(List<Tensor> gradients) {
        double sum = 0;
        for (Tensor gradient : gradients) {
            float[] g = gradient.floats();
            int from = gradient.floatOffset();
            int to = from + Math.toIntExact(gradient.size());
            for (int i = from; i < to; i++) {
                sum += (double) g[i] * g[i];
            }
        }
        return Math.sqrt(sum);
    }

    private static void scale(Tensor gradient, float factor) {
        float[] g = gradient.floats();
        int from = gradient.floatOffset();
        int to = from + Math.toIntExact(gradient.size());
        for (int i = from; i < to; i++) {
            g[i] *= factor;
        }
    }
}
