package org.llmsys.position.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Adds a row of a table to each token, by its position: what the additive encodings share.
 *
 * <pre>
 *   y[b, t, :] = x[b, t, :] + p[start + t, :]           x, y (B,T,C), p (contextLength, C)
 * </pre>
 */
final class TableAddition implements PositionalLayer {

    private final String algorithm;
    private final Variable table;                          // (contextLength, C)

    TableAddition(String algorithm, Variable table) {
        this.algorithm = algorithm;
        this.table = table;
    }

    @Override
    public Variable add(Variable x, int start, Pass pass) {
        requireFit(x, start);
        int batch = x.shape().intExtent(0);
        int sequence = x.shape().intExtent(1);
        int width = x.shape().intExtent(2);
        Tensor sum = pass.zeros(x.shape());                // (B,T,C)
        float[] in = x.value().floats();
        float[] rows = table.value().floats();
        float[] out = sum.floats();
        int rowsAt = table.value().floatOffset() + start * width;
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < sequence * width; i++) {
                int at = b * sequence * width + i;
                out[sum.floatOffset() + at] = in[x.value().floatOffset() + at] + rows[rowsAt + i];
            }
        }
        return pass.tape().record("position-" + algorithm, sum, (gradOut, gradients) -> {
            if (gradients.wanted(x)) {
                addAll(gradOut, gradients.into(x));
            }
            if (gradients.wanted(table)) {
                addRows(gradOut, gradients.into(table), start);
            }
        }, x, table);
    }

    /** dLoss/dx = dLoss/dy. */
    private static void addAll(Tensor from, Tensor into) {
        float[] source = from.floats();
        float[] target = into.floats();
        int size = Math.toIntExact(from.size());
        for (int i = 0; i < size; i++) {
            target[into.floatOffset() + i] += source[from.floatOffset() + i];
        }
    }

    /** dLoss/dp[start + t, :] = the sum over b of dLoss/dy[b, t, :], b ascending. */
    private static void addRows(Tensor gradOut, Tensor gradTable, int start) {
        int batch = gradOut.shape().intExtent(0);
        int rowsTimesWidth = Math.toIntExact(gradOut.size() / Math.max(1, batch));
        int width = gradOut.shape().intExtent(2);
        float[] source = gradOut.floats();
        float[] target = gradTable.floats();
        int at = gradTable.floatOffset() + start * width;
        for (int b = 0; b < batch; b++) {
            int from = gradOut.floatOffset() + b * rowsTimesWidth;
            for (int i = 0; i < rowsTimesWidth; i++) {
                target[at + i] += source[from + i];
            }
        }
    }

    private void requireFit(Variable x, int start) {
        if (x.shape().rank() != 3 || x.shape().extent(2) != table.shape().extent(1)) {
            throw new ShapeException("position " + algorithm, x.shape(), table.shape(), "x is (B,T,C) and the table (contextLength,C)");
        }
        long last = start + x.shape().extent(1);
        if (start < 0 || last > table.shape().extent(0)) {
            throw Problem.failed("position " + (last - 1) + " has no encoding", "the model's context has " + table.shape().extent(0) + " positions, 0 to "
                    + (table.shape().extent(0) - 1), "use a shorter text, or a model with a longer context");
        }
    }
}
