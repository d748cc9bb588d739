package org.llmsys.normalization.internal;

import org.llmsys.tensor.Elements;
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
        Elements into = gradient.elements();
        for (int c = 0; c < sums.length; c++) {
            into.add(c, sums[c]);
        }
    }
}
