package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.autograd.GradientCheck;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class FlattenTest {

    private final Trial trial = Workbench.trial();

    @Test
    @DisplayName("(2,2,3) becomes (2,6) in row-major order, (0,3,2) becomes (0,6), (5) becomes (5,1); a scalar is refused")
    void shapes() {
        trial.infer(needs -> new Flatten(), (flatten, pass) -> {
            Tensor x = Tensor.of(Shape.of(2, 2, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
            Tensor y = flatten.forward(Variable.constant("x", x), pass).value();
            assertEquals(Shape.of(2, 6), y.shape());
            assertArrayEquals(x.floats(), y.floats());
            assertEquals(Shape.of(0, 6), flatten.forward(Variable.constant("x", Tensor.zeros(0, 3, 2)), pass).shape());
            assertEquals(Shape.of(5, 1), flatten.forward(Variable.constant("x", Tensor.zeros(5)), pass).shape());
            assertThrows(ShapeException.class, () -> flatten.forward(Variable.constant("x", Tensor.zeros()), pass));
        });
    }

    @Test
    @DisplayName("passes the gradient check in F64, over a view too")
    void gradients() {
        Variable x = Variable.parameter("x", Trial.random("x", 2, 3, 4).value().to(DType.F64));
        GradientCheck.DOUBLE.layer("flatten", trial.assemblies(), needs -> new Flatten(), (flatten, pass) -> flatten.forward(x, pass), x).requireGood();
        GradientCheck.DOUBLE.layer("flatten of a view", trial.assemblies(), needs -> new Flatten(),
                (flatten, pass) -> flatten.forward(Views.transpose(x, pass, 0, 1), pass), x).requireGood();
    }
}
