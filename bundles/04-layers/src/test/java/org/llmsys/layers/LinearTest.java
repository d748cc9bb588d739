package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.autograd.Addition;
import org.llmsys.autograd.GradientCheck;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class LinearTest {

    private final Trial trial = Workbench.trial();

    @Test
    @DisplayName("(1 2)·(1 2 3; 4 5 6) + (10 20 30) = (19 32 45)")
    void byHand() {
        NamedWeights weights = NamedWeights.of(Variable.parameter("fc.weight", Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6)),
                Variable.parameter("fc.bias", Tensor.of(Shape.of(3), 10, 20, 30)));
        Variable x = Variable.constant("x", Tensor.of(Shape.of(1, 2), 1, 2));
        trial.infer(needs -> new Linear("fc", 2, 3, weights, needs), (linear, pass) ->
                assertArrayEquals(new float[] {19, 32, 45}, linear.forward(x, pass).value().floats()));
    }

    @Test
    @DisplayName("rows (1 2) and (3 4), dLoss/dy all 1: dLoss/dW has column sums of x, dLoss/db is 2, dLoss/dx row sums of W")
    void gradientsByHand() {
        Variable weight = Variable.parameter("fc.weight", Tensor.of(Shape.of(2, 1), 5, 7));
        Variable bias = Variable.parameter("fc.bias", Tensor.of(Shape.of(1), 0));
        Variable x = Variable.parameter("x", Tensor.of(Shape.of(2, 2), 1, 2, 3, 4));
        trial.train(needs -> new Linear("fc", 2, 1, NamedWeights.of(weight, bias), needs), (linear, pass) -> {
            Variable y = linear.forward(x, pass);
            Variable sum = pass.tape().record("sum", Tensor.zeros(1), (g, gradients) -> {
                gradients.into(y).set(1, 0, 0);
                gradients.into(y).set(1, 1, 0);
            }, y);
            Gradients gradients = pass.tape().backward(sum);
            assertArrayEquals(new float[] {4, 6}, gradients.of(weight).floats());
            assertArrayEquals(new float[] {2}, gradients.of(bias).floats());
            assertArrayEquals(new float[] {5, 7, 5, 7}, gradients.of(x).floats());
        });
    }

    @Test
    @DisplayName("passes the gradient check with and without bias, over leading axes (2,3) and 13 features")
    void gradients() {
        Variable x = Trial.random("x", 2, 3, 13);
        Variable weight = Trial.random("fc.weight", 13, 5);
        Variable bias = Trial.random("fc.bias", 5);
        trial.gradientCheck("linear", needs -> new Linear("fc", 13, 5, NamedWeights.of(weight, bias), needs),
                (linear, pass) -> linear.forward(x, pass), x, weight, bias);
        trial.gradientCheck("linear of a view", needs -> new Linear("fc", 13, 5, NamedWeights.of(weight, bias), needs),
                (linear, pass) -> linear.forward(Views.transpose(Views.transpose(x, pass, 0, 1), pass, 0, 1), pass), x, weight, bias);
        trial.gradientCheck("linear without bias", needs -> new Linear("fc", 13, 5, NamedWeights.of(weight), needs),
                (linear, pass) -> linear.forward(x, pass), x, weight);
    }

    @Test
    @DisplayName("in F64 too, over a view whose axes are exchanged, from no rows to 13")
    void gradientsInDouble() {
        for (int rows : new int[] {0, 1, 13}) {
            FreshWeights weights = new FreshWeights(3, Initialization.normal(1), DType.F64);
            Variable x = Variable.parameter("x", Trial.random("x", 4, 2, rows).value().to(DType.F64));
            GradientCheck.DOUBLE.layer("linear", trial.assemblies(), needs -> new Linear("fc", 4, 3, weights, needs),
                    (linear, pass) -> linear.forward(Views.transpose(x, pass, 0, 2), pass),
                    x, weights.get("fc.weight", 4, 3), weights.get("fc.bias", 3)).requireGood();
        }
    }

    @Test
    @DisplayName("a layer that is used twice, beside a residual, gets both shares for weight, bias and input")
    void sharedGradients() {
        Variable x = Trial.random("x", 3, 5);
        Variable weight = Trial.random("fc.weight", 5, 5);
        Variable bias = Trial.random("fc.bias", 5);
        record Residual(Linear linear, Addition addition) {
        }
        trial.gradientCheck("linear twice and residual",
                needs -> new Residual(new Linear("fc", 5, 5, NamedWeights.of(weight, bias), needs), new Addition(needs)),
                (net, pass) -> net.addition().forward(net.linear().forward(net.linear().forward(x, pass), pass), x, pass), x, weight, bias);
    }

    @Test
    @DisplayName("no rows give no rows")
    void noRows() {
        Variable x = Variable.constant("x", Tensor.zeros(0, 13));
        NamedWeights weights = NamedWeights.of(Trial.random("fc.weight", 13, 5), Trial.random("fc.bias", 5));
        trial.infer(needs -> new Linear("fc", 13, 5, weights, needs), (linear, pass) -> assertEquals(Shape.of(0, 5), linear.forward(x, pass).shape()));
    }

    @Test
    @DisplayName("an input of another width is refused with the layer's name and both shapes")
    void refusesShapes() {
        Variable x = Trial.random("x", 2, 4);
        trial.infer(needs -> new Linear("fc", 3, 5, NamedWeights.of(Trial.random("fc.weight", 3, 5)), needs), (linear, pass) -> {
            ShapeException e = assertThrows(ShapeException.class, () -> linear.forward(x, pass));
            assertEquals("linear fc: (2, 4) and (3, 5) do not fit", e.getMessage());
        });
    }
}
