package org.llmsys.layers;

import java.util.Objects;
import java.util.stream.Stream;

import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Variable;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.TensorProduct;
import org.llmsys.tensor.Tensor;

/**
 * The weights of one layer in one direction, named and laid out as PyTorch has them; G gates, C features in, H features out.
 *
 * @param input         {@code weight_ih_l0} (G*H,C)
 * @param recurrent     {@code weight_hh_l0} (G*H,H)
 * @param inputBias     {@code bias_ih_l0} (G*H), or null
 * @param recurrentBias {@code bias_hh_l0} (G*H), or null
 * @param peephole      {@code peephole_l0} (3*H), or null
 */
record RecurrentWeights(Variable input, Variable recurrent, Variable inputBias, Variable recurrentBias, Variable peephole) {

    static RecurrentWeights find(String name, int layer, boolean reverse, int gates, int in, int hidden, boolean peephole, Parameters parameters) {
        String ending = "_l" + layer + (reverse ? "_reverse" : "");
        int rows = Math.multiplyExact(gates, hidden);
        return new RecurrentWeights(
                parameters.get(name + ".weight_ih" + ending, rows, in),
                parameters.get(name + ".weight_hh" + ending, rows, hidden),
                parameters.find(name + ".bias_ih" + ending, rows),
                parameters.find(name + ".bias_hh" + ending, rows),
                peephole ? parameters.get(name + ".peephole" + ending, 3L * hidden) : null);
    }

    /** Those that are there. */
    Stream<Variable> all() {
        return Stream.of(input, recurrent, inputBias, recurrentBias, peephole).filter(Objects::nonNull);
    }

    /** x (T,B,C) to the input's share of all gates (T,B,G*H). */
    void inputShare(MatmulKernel kernel, Tensor x, Tensor gates) {
        multiply(kernel, x, input.value(), inputBias == null ? null : inputBias.value(), gates);
    }

    /** h (B,H) to the state's share of all gates (B,G*H). */
    void recurrentShare(MatmulKernel kernel, Tensor h, Tensor share) {
        multiply(kernel, h, recurrent.value(), recurrentBias == null ? null : recurrentBias.value(), share);
    }

    /** The same for the last gate alone, from something else than h. */
    void lastShare(MatmulKernel kernel, Tensor kept, Tensor share) {
        multiply(kernel, kept, last(recurrent.value(), 0), recurrentBias == null ? null : last(recurrentBias.value(), 0), last(share, 1));
    }

    /** gradH (B,H) += the gradient of the first gates' state's share, times their weights. */
    void recurrentShareBackward(MatmulKernel kernel, int gates, Tensor gradShare, Tensor gradH) {
        long columns = gates * recurrent.shape().extent(1);
        TensorProduct.multiply(kernel, gradShare.slice(1, 0, columns), recurrent.value().slice(0, 0, columns), gradH, true);
    }

    /** gradKept (B,H) = the gradient of the last gate's state's share, times its weights. */
    void lastShareBackward(MatmulKernel kernel, Tensor gradShare, Tensor gradKept) {
        TensorProduct.multiply(kernel, last(gradShare, 1), last(recurrent.value(), 0), gradKept, false);
    }

    /** The last H of G*H elements of an axis. */
    private Tensor last(Tensor t, int axis) {
        long end = t.shape().extent(axis);
        return t.slice(axis, end - recurrent.shape().extent(1), end);
    }

    /** y = x·Wᵀ + b. */
    private static void multiply(MatmulKernel kernel, Tensor x, Tensor weight, Tensor bias, Tensor y) {
        if (bias == null) {
            TensorProduct.multiply(kernel, x, weight.transpose(0, 1), y, false);
        } else {
            TensorProduct.multiplyPlus(kernel, x, weight.transpose(0, 1), bias, y);
        }
    }
}
