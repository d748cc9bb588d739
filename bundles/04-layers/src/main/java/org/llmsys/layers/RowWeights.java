package org.llmsys.layers;

import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;

/**
 * How much each row of a loss counts: its class's weight, 1 without class weights, 0 when it is left out.
 *
 * @param rows    N
 * @param classes (N), {@link Loss#LEFT_OUT} for rows that do not count; null: all count
 * @param weights by class; null: all the same
 */
record RowWeights(int rows, Tensor classes, Elements weights) {

    double of(int row) {
        if (classes == null) {
            return 1;
        }
        int target = (int) classes.storage().getLong(classes.offset() + row);
        if (target == Loss.LEFT_OUT) {
            return 0;
        }
        return weights == null ? 1 : weights.get(target);
    }

    /** In order, in double. */
    double sum() {
        double sum = 0;
        for (int n = 0; n < rows; n++) {
            sum += of(n);
        }
        return sum;
    }

    /** sum of weight * loss; in order, in double. */
    double sum(Elements losses) {
        double sum = 0;
        for (int n = 0; n < rows; n++) {
            double weight = of(n);
            sum += weight == 0 ? 0 : weight * losses.get(n);
        }
        return sum;
    }
}
