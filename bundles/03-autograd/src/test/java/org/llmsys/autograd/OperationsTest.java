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
import org.llmsys.assembly.Problem;
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
    @DisplayName("the kernels' paths in F32, on both tapes and at sizes 0, 1 and 207: written as the first share, and added as a later one")
    void kernelPaths() {
        record Built(Addition addition, Multiplication multiplication, Scaling scaling, MatrixProduct product) {
        }
        for (Trial tape : new Trial[] {trial, Workbench.fusing()}) {
            for (int size : new int[] {0, 1, 207}) {
                Variable a = Trial.random("a", size);
                Variable b = Trial.random("b", size);
                tape.gradientCheck("a*b + 0.3a + a*a", needs -> new Built(new Addition(needs), new Multiplication(needs), new Scaling(needs), null),
                        (built, pass) -> built.addition().forward(built.addition().forward(built.multiplication().forward(a, b, pass),
                                built.scaling().forward(a, 0.3, pass), pass), built.multiplication().forward(a, a, pass), pass), a, b);
            }
            Variable q = Trial.random("q", 2, 3, 5);
            Variable k = Trial.random("k", 2, 4, 5);
            Variable w = Trial.random("w", 4, 3);
            tape.gradientCheck("(q·kᵀ)·w + q·kᵀ·w, batched", needs -> new Built(new Addition(needs), null, null, new MatrixProduct(needs)), (built, pass) -> {
                Variable scores = built.product().forward(q, k, true, pass);                       // (2,3,4)
                return built.addition().forward(built.product().forward(scores, w, false, pass), built.product().forward(scores, w, false, pass), pass);
            }, q, k, w);
        }
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
    @DisplayName("equal shapes in contiguous F32 go through the slot, everything else through the reference, to the same numbers")
    void bothPaths() {
        Variable a = Trial.random("a", 2, 3);
        Variable turned = Variable.parameter("a", a.value().transpose(0, 1).copy().transpose(0, 1));
        Variable b = Trial.random("b", 2, 3);
        trial.train(needs -> new Object[] {new Addition(needs), new Multiplication(needs), new Scaling(needs)}, (built, pass) -> {
            Addition addition = (Addition) built[0];
            Multiplication multiplication = (Multiplication) built[1];
            Scaling scaling = (Scaling) built[2];
            assertArrayEquals(addition.forward(a, b, pass).value().floats(), addition.forward(turned, b, pass).value().floats());
            assertArrayEquals(multiplication.forward(a, b, pass).value().floats(), multiplication.forward(turned, b, pass).value().floats());
            assertArrayEquals(scaling.forward(a, 3, pass).value().floats(), scaling.forward(turned, 3, pass).value().floats());
        });
    }

    @Test
    @DisplayName("a bias (2) added to rows (2,2), by hand: its gradient is the sum over the rows")
    void biasByHand() {
        Variable rows = Variable.parameter("x", Tensor.of(Shape.of(2, 2), 1, 2, 3, 4));
        Variable bias = given("b", 10, 20);
        trial.train(Addition::new, (addition, pass) -> {
            Variable y = addition.forward(rows, bias, pass);
            assertArrayEquals(new float[] {11, 22, 13, 24}, y.value().floats());
            Gradients gradients = pass.tape().backward(Reductions.sum(y, pass, false));
            assertArrayEquals(new float[] {2, 2}, gradients.of(bias).floats());
            assertArrayEquals(new float[] {1, 1, 1, 1}, gradients.of(rows).floats());
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

    @Test
    @DisplayName("going back from several numbers, from a constant, and in a pass that records nothing: one clear error each")
    void refusesRoots() {
        Variable a = Trial.random("a", 2, 3);
        trial.train(Addition::new, (addition, pass) -> {
            ShapeException several = assertThrows(ShapeException.class, () -> pass.tape().backward(addition.forward(a, a, pass)));
            assertEquals("backward from add: (2, 3) does not fit", several.getMessage());
            Problem constant = assertThrows(Problem.class, () -> pass.tape().backward(Reductions.sum(a.detach(), pass, false)));
            assertEquals("backward from sum(): it is a constant", constant.getMessage());
            Problem given = assertThrows(Problem.class, () -> pass.tape().backward(Trial.random("w", 1)));
            assertEquals("backward from w(1): this tape did not record it", given.getMessage());
        });
        trial.infer(Addition::new, (addition, pass) -> assertEquals("backward from sum(): this pass records nothing",
                assertThrows(Problem.class, () -> pass.tape().backward(Reductions.sum(a, pass, false))).getMessage()));
    }

    private static Variable given(String name, float... elements) {
        return Variable.parameter(name, Tensor.of(Shape.of(elements.length), elements));
    }
}
