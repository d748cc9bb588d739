package org.llmsys.position.internal;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.tensor.ElementwiseKernel;
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
    private final Need<ElementwiseKernel> elementwise;

    TableAddition(String algorithm, Variable table, Needs needs) {
        this.algorithm = algorithm;
        this.table = table;
        this.elementwise = needs.add(ElementwiseKernel.class, ElementwiseKernel.ALGORITHM);
    }

    @Override
    public Variable add(Variable x, int start, Pass pass) {
        requireFit(x, start);
        Tensor rows = rows(table.value().to(x.value().dtype()), start, x);                                  // (T,C)
        Tensor sum = pass.blank(x.shape());                                                                 // (B,T,C)
        Tensor whole = x.value().contiguous();                                                              // kernels read side by side
        ElementwiseKernel kernel = pass.step().get(elementwise);
        for (int b = 0; b < x.shape().intExtent(0); b++) {
            kernel.add(whole.select(0, b), rows, sum.select(0, b));
        }
        return pass.tape().record("position-" + algorithm, sum, (gradSum, gradients) -> {
            if (gradients.wanted(table)) {
                addOverBatch(gradSum, rows(gradients.into(table), start, x), pass.step().get(elementwise));
            }
            if (gradients.wanted(x)) {
                gradients.add(x, gradSum, pass.step().get(elementwise));                                    // dLoss/dx = dLoss/dy
            }
        }, x, table);
    }

    /** dLoss/dp[start + t, :] = the sum over b of dLoss/dy[b, t, :], b ascending. */
    private static void addOverBatch(Tensor gradSum, Tensor gradRows, ElementwiseKernel kernel) {
        for (int b = 0; b < gradSum.shape().intExtent(0); b++) {
            kernel.addScaled(gradSum.select(0, b), 1, gradRows);
        }
    }

    /** The rows of a table (contextLength, C) that belong to x (B,T,C). */
    private static Tensor rows(Tensor table, int start, Variable x) {
        return table.slice(0, start, start + x.shape().extent(1));
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
