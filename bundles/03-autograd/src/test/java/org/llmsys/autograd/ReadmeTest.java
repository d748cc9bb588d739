package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class ReadmeTest {

    private final Trial trial = Workbench.fusing();

    @Test
    @DisplayName("the first lesson and its graph are as the README prints them")
    void value() {
        Value x = Value.of(3);
        Value y = x.multiply(x).add(x);
        y.backward();
        assertEquals(7, x.gradient());
        assertEquals("""
                0: given 3.0, gradient 7.0   given, learned
                1: * 9.0, gradient 1.0   of 0, 0
                2: + 12.0, gradient 1.0   of 1, 0
                """, ComputationGraph.of(y).toString());
    }

    @Test
    @DisplayName("the line that is fitted to points has the gradient and the graph that the README prints")
    void tape() {
        Variable w = Variable.parameter("w", Tensor.of(Shape.of(1, 1), 2));
        Variable x = Variable.constant("x", Tensor.of(Shape.of(3, 1), 1, 2, 3));
        Variable t = Variable.constant("t", Tensor.of(Shape.of(3, 1), 3, 6, 9));
        trial.train(MatrixProduct::new, (product, pass) -> {
            Variable error = Arithmetic.subtract(product.forward(x, w, false, pass), t, pass);
            Variable loss = Reductions.mean(Functions.power(error, 2, pass), pass, false);
            assertEquals(14 / 3f, loss.value().get(), 1e-6);
            assertEquals(-28 / 3f, pass.tape().backward(loss).of(w).get(0, 0), 1e-5);
            assertEquals("""
                    0: x (3, 1)   given, constant
                    1: w (1, 1)   given, learned
                    2: matmul (3, 1)   of 0, 1
                    3: t (3, 1)   given, constant
                    4: subtract (3, 1)   of 2, 3
                    5: power (3, 1)   of 4
                    6: mean ()   of 5
                    """, ComputationGraph.of(pass.tape()).toString());
        });
    }

    @Test
    @DisplayName("the exercise: softplus with the right rule passes, with a rule 1 % too large the check finds it")
    void exercise() {
        Variable x = Trial.random(DType.F64, "x", 13);
        trial.gradientCheck("softplus", needs -> "", (none, pass) -> softplus(x, 1, pass), x);
        assertTrue(assertThrows(Problem.class, () -> trial.gradientCheck("softplus", needs -> "", (none, pass) -> softplus(x, 1.01, pass), x))
                .getMessage().contains("13 of 13"));
    }

    /** y = ln(1 + eˣ), whose slope is 1 / (1 + e⁻ˣ). */
    private static Variable softplus(Variable x, double wrong, Pass pass) {
        Tensor y = pass.blank(x.shape());
        for (int i = 0; i < y.size(); i++) {
            y.set(Math.log1p(Math.exp(x.value().getDouble(i))), i);
        }
        return pass.tape().record("softplus", y, (gradY, gradients) -> {
            if (gradients.wanted(x)) {
                Tensor gradX = gradients.into(x);
                for (int i = 0; i < y.size(); i++) {
                    gradX.set(gradX.getDouble(i) + wrong * gradY.getDouble(i) / (1 + Math.exp(-x.value().getDouble(i))), i);
                }
            }
        }, x);
    }
}
