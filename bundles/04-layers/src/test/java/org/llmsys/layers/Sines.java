package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Numbers that two programs can agree on without a file: element i is scale * sin(start + i). Expected values in the tests that use them were
 * computed by PyTorch 2.15 in double from the same numbers; the loss is the sum of outputs times sin(300 + i).
 */
final class Sines {

    private static final double LOSS_START = 300;

    private Sines() {
    }

    static Variable of(String name, double start, double scale, long... extents) {
        Tensor value = Tensor.zeros(extents);
        for (int i = 0; i < value.size(); i++) {
            value.elements().set(i, scale * Math.sin(start + i));
        }
        return Variable.parameter(name, value);
    }

    /** One number from all elements of all outputs. */
    static Variable loss(Pass pass, Variable... outputs) {
        double sum = 0;
        for (Variable y : outputs) {
            for (int i = 0; i < y.value().size(); i++) {
                sum += y.value().elements().get(i) * Math.sin(LOSS_START + i);
            }
        }
        return pass.tape().record("loss", Tensor.of(Shape.of(1), (float) sum), (gradLoss, gradients) -> {
            for (Variable y : outputs) {
                for (int i = 0; i < y.value().size(); i++) {
                    gradients.into(y).elements().add(i, Math.sin(LOSS_START + i));
                }
            }
        }, outputs);
    }

    static void assertElement(double expected, Tensor actual, long... index) {
        assertEquals(expected, actual.getDouble(index), 2e-5 * Math.max(1, Math.abs(expected)));
    }
}
