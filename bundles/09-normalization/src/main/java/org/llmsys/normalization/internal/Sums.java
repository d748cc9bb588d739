package org.llmsys.normalization.internal;

import org.llmsys.tensor.Tensor;

/** Sums over rows, kept in double and rounded once. */
final class Sums {

    private Sums() {
    }

    /** {@code gradient += sums}; nothing when the gradient is not wanted. */
    static void addTo(Tensor gradient, double[] sums) {
        if (gradient == null) {
            return;
        }
        float[] into = gradient.floats();
        for (int c = 0; c < sums.length; c++) {
            into[gradient.floatOffset() + c] += (float) sums[c];
        }
    }
}
