package org.llmsys.layers;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.TensorProduct;
import org.llmsys.tensor.Elements;
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
 * <p>Shapes: x (..., in), W (in, out), b (out) or none, y (..., out). The weights are {@code name.weight}, stored (in, out) as GPT-2
 * stores them, and {@code name.bias}, which may be missing. Errors: {@link ShapeException} when the last axis of x is not {@code in}.
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
    public Variable forward(Variable input, Pass pass) {
        requireFit(input);
        Variable x = Views.contiguous(input, pass);
        long[] extents = x.shape().extents();
        extents[extents.length - 1] = weight.shape().extent(1);
        Tensor y = pass.blank(Shape.of(extents));                                                   // (..., out)
        MatmulKernel kernel = pass.step().get(matmul);
        if (bias == null) {
            TensorProduct.multiply(kernel, rows(x.value()), weight.value(), rows(y), false);
        } else {
            TensorProduct.multiplyPlus(kernel, rows(x.value()), weight.value(), bias.value(), rows(y));
        }
        Variable[] inputs = bias == null ? new Variable[] {x, weight} : new Variable[] {x, weight, bias};
        return pass.tape().record("linear " + name, y, (gradY, gradients) -> backward(x, rows(gradY), gradients, pass), inputs);
    }

    /** @param gradY (rows, out) */
    private void backward(Variable x, Tensor gradY, Gradients gradients, Pass pass) {
        MatmulKernel kernel = pass.step().get(matmul);
        if (gradients.wanted(x)) {
            Gradients.Target gradX = gradients.target(x);
            TensorProduct.multiply(kernel, gradY, weight.value().transpose(0, 1), rows(gradX.tensor()), gradX.accumulate());
        }
        if (gradients.wanted(weight)) {
            Gradients.Target gradW = gradients.target(weight);
            TensorProduct.multiply(kernel, rows(x.value()).transpose(0, 1), gradY, gradW.tensor(), gradW.accumulate());
        }
        if (bias != null && gradients.wanted(bias)) {
            Gradients.Target gradB = gradients.target(bias);
            Tensor row = gradB.tensor().reshape(1, gradB.tensor().size());                          // (1, out)
            Tensor ones = ones(gradY.shape().extent(0), pass);
            TensorProduct.multiply(kernel, ones, gradY, row, gradB.accumulate());
            pass.giveBack(ones);
        }
    }

    private void requireFit(Variable x) {
        if (x.shape().rank() == 0 || x.shape().extent(-1) != weight.shape().extent(0)) {
            throw new ShapeException("linear " + name, x.shape(), weight.shape(),
                    "the last axis of the input must have " + weight.shape().extent(0) + " elements, one for each row of the weight");
        }
    }

    /** (..., width) as (rows, width). */
    private static Tensor rows(Tensor t) {
        long rows = 1;
        for (int axis = 0; axis < t.shape().rank() - 1; axis++) {
            rows *= t.shape().extent(axis);
        }
        return t.reshape(rows, t.shape().extent(-1));
    }

    /** The bias is the weight of an input that is always 1: as one row its gradient is (1 1 ... 1)·dLoss/dy. */
    private static Tensor ones(long count, Pass pass) {
        Tensor ones = pass.blank(1, count);
        Elements each = ones.elements();
        for (int i = 0; i < each.size(); i++) {
            each.set(i, 1);
        }
        return ones;
    }
}
