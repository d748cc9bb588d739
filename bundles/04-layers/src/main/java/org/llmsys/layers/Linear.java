package org.llmsys.layers;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * The fully connected layer: every output is a weighted sum of all inputs.
 *
 * <pre>
 *   y = x·W + b        dLoss/dx += dLoss/dy·Wᵀ     dLoss/dW += xᵀ·dLoss/dy     dLoss/db += column sums of dLoss/dy
 * </pre>
 *
 * <p>Shapes: x (..., in) contiguous, W (in, out), b (out) or none, y (..., out). The weights are {@code name.weight}, stored (in, out)
 * as GPT-2 stores them, and {@code name.bias}, which may be missing.
 *
 * <pre>{@code
 * Linear hidden = new Linear("c_fc", 128, 512, parameters, needs);
 * Variable y = hidden.forward(x, pass);          // (B,T,128) to (B,T,512)
 * }</pre>
 */
public final class Linear implements Layer {

    private final String name;
    private final Variable weight;
    private final Variable bias;
    private final Need<MatmulKernel> matmul;

    /**
     * @param in  number of inputs
     * @param out number of outputs
     * @throws org.llmsys.assembly.Problem when the weight is missing or of another shape
     */
    public Linear(String name, int in, int out, Parameters parameters, Needs needs) {
        this.name = name;
        this.weight = parameters.get(name + ".weight", in, out);
        this.bias = parameters.find(name + ".bias", out);
        this.matmul = needs.add(MatmulKernel.class, MatmulKernel.ALGORITHM);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        requireFit(x);
        long[] extents = x.shape().extents();
        extents[extents.length - 1] = weight.shape().extent(1);
        Tensor y = pass.zeros(Shape.of(extents));                                                   // (..., out)
        if (bias != null) {
            fillRows(bias.value(), y);
        }
        pass.step().get(matmul).multiply(Matrix.rowsOf(x.value()), Matrix.of(weight.value()), Matrix.rowsOf(y), bias != null);
        Variable[] inputs = bias == null ? new Variable[] {x, weight} : new Variable[] {x, weight, bias};
        return pass.tape().record("linear " + name, y, (gradY, gradients) -> {
            MatmulKernel kernel = pass.step().get(matmul);
            Matrix gradRows = Matrix.rowsOf(gradY);                                                 // (rows, out)
            if (gradients.wanted(x)) {
                kernel.multiply(gradRows, Matrix.of(weight.value()).transposed(), Matrix.rowsOf(gradients.into(x)), true);
            }
            if (gradients.wanted(weight)) {
                kernel.multiply(Matrix.rowsOf(x.value()).transposed(), gradRows, Matrix.of(gradients.into(weight)), true);
            }
            if (bias != null && gradients.wanted(bias)) {
                addColumnSums(gradY, gradients.into(bias));
            }
        }, inputs);
    }

    private void requireFit(Variable x) {
        if (x.shape().rank() == 0 || x.shape().extent(-1) != weight.shape().extent(0)) {
            throw new ShapeException("linear " + name, x.shape(), weight.shape(),
                    "the last axis of the input must have " + weight.shape().extent(0) + " elements, one for each row of the weight");
        }
    }

    /** Every row becomes the bias, which the accumulating multiplication then adds to. */
    private static void fillRows(Tensor bias, Tensor y) {
        float[] b = bias.floats();
        float[] rows = y.floats();
        int out = Math.toIntExact(bias.size());
        int end = y.floatOffset() + Math.toIntExact(y.size());
        for (int at = y.floatOffset(); at < end; at += out) {
            System.arraycopy(b, bias.floatOffset(), rows, at, out);
        }
    }

    /** Rows from first to last, in double: the same sum for any number of threads, and exact enough for long batches. */
    private static void addColumnSums(Tensor gradY, Tensor gradBias) {
        int out = Math.toIntExact(gradBias.size());
        double[] sums = new double[out];
        float[] g = gradY.floats();
        int end = gradY.floatOffset() + Math.toIntExact(gradY.size());
        for (int row = gradY.floatOffset(); row < end; row += out) {
            for (int c = 0; c < out; c++) {
                sums[c] += g[row + c];
            }
        }
        float[] into = gradBias.floats();
        int at = gradBias.floatOffset();
        for (int c = 0; c < out; c++) {
            into[at + c] += (float) sums[c];
        }
    }
}
