package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** Forward values by hand, backward rules against finite differences. */
class OperationsTest {

    private final Trial trial = Workbench.trial();

    @Test
    @DisplayName("(1, 2) + (10, 20) = (11, 22)")
    void addsByHand() {
        trial.train(Addition::new, (addition, pass) -> assertArrayEquals(new float[] {11, 22},
                addition.forward(given("a", 1, 2), given("b", 10, 20), pass).value().floats()));
    }

    @Test
    @DisplayName("(1, 2) * (10, 20) = (10, 40)")
    void multipliesByHand() {
        trial.train(Multiplication::new, (multiplication, pass) -> assertArrayEquals(new float[] {10, 40},
                multiplication.forward(given("a", 1, 2), given("b", 10, 20), pass).value().floats()));
    }

    @Test
    @DisplayName("(1 2 3; 4 5 6)·(1 0; 0 1; 1 1) = (4 5; 10 11), and the same from the transposed matrix")
    void multipliesMatricesByHand() {
        Variable a = Variable.parameter("a", Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6));
        Variable b = Variable.parameter("b", Tensor.of(Shape.of(3, 2), 1, 0, 0, 1, 1, 1));
        Variable bT = Variable.parameter("bT", Tensor.of(Shape.of(2, 3), 1, 0, 1, 0, 1, 1));
        trial.train(MatrixProduct::new, (product, pass) -> {
            assertArrayEquals(new float[] {4, 5, 10, 11}, product.forward(a, b, false, pass).value().floats());
            assertArrayEquals(new float[] {4, 5, 10, 11}, product.forward(a, bT, true, pass).value().floats());
        });
    }

    @Test
    @DisplayName("add, multiply and their sum with itself pass the gradient check at 13 elements")
    void elementwiseGradients() {
        Variable a = Trial.random("a", 13);
        Variable b = Trial.random("b", 13);
        trial.gradientCheck("add", Addition::new, (addition, pass) -> addition.forward(a, b, pass), a, b);
        trial.gradientCheck("add to itself", Addition::new, (addition, pass) -> addition.forward(a, a, pass), a);
        trial.gradientCheck("multiply", Multiplication::new, (multiplication, pass) -> multiplication.forward(a, b, pass), a, b);
        trial.gradientCheck("square", Multiplication::new, (multiplication, pass) -> multiplication.forward(a, a, pass), a);
    }

    @Test
    @DisplayName("matrix products pass the gradient check, both ways round, also with leading axes")
    void matrixProductGradients() {
        Variable a = Trial.random("a", 2, 3, 5);
        Variable b = Trial.random("b", 5, 4);
        Variable bT = Trial.random("bT", 4, 5);
        trial.gradientCheck("matmul", MatrixProduct::new, (product, pass) -> product.forward(a, b, false, pass), a, b);
        trial.gradientCheck("matmul transposed", MatrixProduct::new, (product, pass) -> product.forward(a, bT, true, pass), a, bT);
    }

    @Test
    @DisplayName("a matrix that is multiplied by itself, and by itself again, gets every share: a·a·a and a·aᵀ·aᵀ")
    void sharedMatrixGradients() {
        Variable a = Trial.random("a", 3, 3);
        for (boolean transposed : new boolean[] {false, true}) {
            trial.gradientCheck("matmul with itself", MatrixProduct::new,
                    (product, pass) -> product.forward(product.forward(a, a, transposed, pass), a, transposed, pass), a);
        }
    }

    @Test
    @DisplayName("views pass the gradient check: alone, in a row, and two overlapping slices of one variable")
    void viewGradients() {
        Variable x = Trial.random("x", 3, 4, 2);
        trial.gradientCheck("reshape", needs -> "", (none, pass) -> Views.reshape(x, pass, 6, 4), x);
        trial.gradientCheck("slice", needs -> "", (none, pass) -> Views.slice(x, pass, 1, 1, 3), x);
        trial.gradientCheck("transpose", needs -> "", (none, pass) -> Views.transpose(x, pass, 0, 2), x);
        trial.gradientCheck("transpose, slice, reshape", needs -> "",
                (none, pass) -> Views.reshape(Views.slice(Views.transpose(x, pass, 0, 1), pass, 1, 0, 2), pass, 16), x);
        trial.gradientCheck("overlapping slices", Multiplication::new, (multiplication, pass) -> multiplication.forward(
                Views.contiguous(Views.slice(x, pass, 1, 0, 3), pass), Views.contiguous(Views.slice(x, pass, 1, 1, 4), pass), pass), x);
    }

    @Test
    @DisplayName("a view computes nothing: it shares the input's storage")
    void viewsShareStorage() {
        Variable x = Trial.random("x", 3, 4);
        trial.train(needs -> "", (none, pass) -> {
            assertSame(x.value().storage(), Views.reshape(x, pass, 2, 6).value().storage());
            assertSame(x.value().storage(), Views.transpose(x, pass, 0, 1).value().storage());
            assertSame(x, Views.contiguous(x, pass));
            assertTrue(Views.contiguous(Views.transpose(x, pass, 0, 1), pass).value().isContiguous());
        });
    }

    @Test
    @DisplayName("a slice without elements has a gradient of zeros")
    void emptySlice() {
        Variable x = Trial.random("x", 3, 2);
        trial.gradientCheck("empty slice", needs -> "", (none, pass) -> Views.slice(x, pass, 0, 1, 1), x);
    }

    @Test
    @DisplayName("within a pass without gradients everything is constant, and its memory goes back with the pass")
    void withoutGradients() {
        Variable a = Trial.random("a", 3);
        trial.train(Addition::new, (addition, pass) -> {
            Variable constant = addition.forward(a, a, pass.withoutGradients());
            assertFalse(constant.differentiable());
            assertTrue(pass.tape().nodes().isEmpty());
            assertFalse(constant.value().storage().closed());
            Variable y = addition.forward(constant, Trial.random("b", 3), pass);
            assertEquals(1, pass.tape().nodes().size());
            pass.close();
            assertTrue(constant.value().storage().closed());
            assertTrue(y.value().storage().closed());
        });
    }

    @Test
    @DisplayName("a constant operand gets no gradient, the other one does")
    void constantOperand() {
        Variable a = Trial.random("a", 1);
        Variable c = Variable.constant("c", Tensor.of(Shape.of(1), 5));
        trial.train(Multiplication::new, (multiplication, pass) -> {
            Gradients gradients = pass.tape().backward(multiplication.forward(a, c, pass));
            assertEquals(5, gradients.of(a).get(0));
            assertNull(gradients.of(c));
        });
    }

    @Test
    @DisplayName("shapes that do not fit are refused with both shapes and both names")
    void refusesShapes() {
        Variable a = Trial.random("a", 2, 3);
        Variable b = Trial.random("b", 2, 4);
        trial.train(Addition::new, (addition, pass) -> {
            ShapeException e = assertThrows(ShapeException.class, () -> addition.forward(a, b, pass));
            assertEquals("add a and b: (2, 3) and (2, 4) do not fit", e.getMessage());
        });
        trial.train(MatrixProduct::new, (product, pass) -> {
            assertThrows(ShapeException.class, () -> product.forward(a, b, false, pass));
            assertThrows(ShapeException.class, () -> product.forward(a, b, true, pass));
        });
        trial.train(needs -> "", (none, pass) -> assertThrows(ShapeException.class, () -> Views.reshape(a, pass, 7)));
    }

    private static Variable given(String name, float... elements) {
        return Variable.parameter(name, Tensor.of(Shape.of(elements.length), elements));
    }
}
