package org.llmsys.autograd;

import java.util.List;

import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;

/**
 * Shortens a gradient that is too long: one bad batch then cannot throw the weights far away.
 *
 * <pre>
 *   by norm     norm = sqrt(sum of g² over all gradients)      if norm > maxNorm:  g = g * maxNorm / (norm + 1e-6)
 *   by value    g = -limit where g &lt; -limit,  limit where g > limit
 * </pre>
 *
 * <p>By norm the direction stays, so it is what training uses; by value every element is cut for itself, and the direction turns. The 1e-6
 * is PyTorch's, so that runs can be compared. Works in place, in double, always in the same order, and allocates nothing for F32 on the heap.
 *
 * <p>A list may hold null where the loss does not depend on a weight ({@link Gradients#of}). Tensors are contiguous; NaN stays NaN.
 *
 * <pre>{@code
 * double norm = GradientClipping.clip(gradients, 1.0);          // norm: as it was before
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/1211.5063">Pascanu et al. 2013, On the Difficulty of Training Recurrent Neural Networks</a>
 */
public final class GradientClipping {

    private static final double EPS = 1e-6;

    private GradientClipping() {
    }

    /**
     * Scales the gradients so that all together are at most {@code maxNorm} long.
     *
     * @param maxNorm above 0; infinity measures only
     * @return the norm before; when it is NaN or infinite nothing was scaled, and the caller should not use the gradients
     */
    public static double clip(List<Tensor> gradients, double maxNorm) {
        double norm = norm(gradients);
        clip(gradients, norm, maxNorm);
        return norm;
    }

    /** As {@link #clip(List, double)}, when the norm is known already. @return whether anything was scaled */
    public static boolean clip(List<Tensor> gradients, double norm, double maxNorm) {
        requireAboveZero("norm", maxNorm);
        if (!(norm > maxNorm && norm < Double.POSITIVE_INFINITY)) {
            return false;
        }
        double factor = maxNorm / (norm + EPS);
        for (int i = 0; i < gradients.size(); i++) {
            if (gradients.get(i) != null) {
                scale(gradients.get(i), factor);
            }
        }
        return true;
    }

    /** The length of all gradients together, as one vector. */
    public static double norm(List<Tensor> gradients) {
        double sum = 0;
        for (int i = 0; i < gradients.size(); i++) {
            if (gradients.get(i) != null) {
                sum += sumOfSquares(gradients.get(i));
            }
        }
        return Math.sqrt(sum);
    }

    /** Cuts every element to at most {@code limit} away from 0. @param limit above 0 */
    public static void clipValues(List<Tensor> gradients, double limit) {
        requireAboveZero("value", limit);
        for (int i = 0; i < gradients.size(); i++) {
            if (gradients.get(i) != null) {
                Elements g = gradients.get(i).elements();
                for (int n = 0; n < g.size(); n++) {
                    g.set(n, Math.max(-limit, Math.min(limit, g.get(n))));
                }
            }
        }
    }

    private static double sumOfSquares(Tensor gradient) {
        if (gradient.storage().floats() != null) {
            return sumOfSquares(gradient.floats(), gradient.floatOffset(), Math.toIntExact(gradient.size()));
        }
        Elements g = gradient.elements();
        double sum = 0;
        for (int i = 0; i < g.size(); i++) {
            sum += g.get(i) * g.get(i);
        }
        return sum;
    }

    /** Four sums side by side, because each addition waits for the one before it; joined in a fixed order. */
    private static double sumOfSquares(float[] g, int from, int size) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int end = from + size;
        int i = from;
        for (; i + 4 <= end; i += 4) {
            sum0 += (double) g[i] * g[i];
            sum1 += (double) g[i + 1] * g[i + 1];
            sum2 += (double) g[i + 2] * g[i + 2];
            sum3 += (double) g[i + 3] * g[i + 3];
        }
        for (; i < end; i++) {
            sum0 += (double) g[i] * g[i];
        }
        return sum0 + sum1 + sum2 + sum3;
    }

    private static void scale(Tensor gradient, double factor) {
        if (gradient.storage().floats() != null) {
            float[] g = gradient.floats();
            int end = gradient.floatOffset() + Math.toIntExact(gradient.size());
            for (int i = gradient.floatOffset(); i < end; i++) {
                g[i] = (float) (g[i] * factor);
            }
        } else {
            Elements g = gradient.elements();
            for (int i = 0; i < g.size(); i++) {
                g.set(i, g.get(i) * factor);
            }
        }
    }

    private static void requireAboveZero(String what, double limit) {
        if (!(limit > 0)) {
            throw new IllegalArgumentException("the largest " + what + " must be above 0, not " + limit);
        }
    }
}
