package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.BiFunction;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** Matrix products, views, gathering and joining against finite differences in double, on both tapes. */
class SelectionRulesTest {

    private final Variable x = Trial.random(DType.F64, "x", 3, 4, 2);

    @Test
    @DisplayName("matrix products: vectors, batches, broadcast batches, empty ones, and every operand as a view")
    void matrixProducts() {
        long[][][] fitting = {{{3}, {3}}, {{3}, {3, 2}}, {{2, 3}, {3}}, {{13, 5}, {5, 7}}, {{2, 3, 5}, {5, 4}}, {{2, 1, 3, 5}, {4, 5, 2}},
            {{3, 5}, {2, 5, 4}}, {{2, 3, 5}, {5}}, {{4, 5}, {3, 5, 1}}, {{0, 3}, {3, 2}}, {{2, 0}, {0, 3}}, {{0, 3, 4}, {1, 4, 2}}, {{1, 1}, {1, 1}}, {{3, 9}, {9, 23}}};
        for (long[][] shapes : fitting) {
            Variable a = input("a", shapes[0]);
            Variable b = input("b", shapes[1]);
            product("matmul of " + a + " and " + b, false, (in, pass) -> in, a, b);
            if (shapes[1].length >= 2) {
                Variable turned = input("b", b.value().transpose(-1, -2).shape().extents());
                product("matmul of " + a + " and transposed " + turned, true, (in, pass) -> in, a, turned);
            }
        }
        product("matmul of views", false, (in, pass) -> new Variable[] {
            Views.transpose(in[0], pass, 1, 2), Views.expand(Views.slice(in[1], pass, 0, 1, 4), pass, 2, 3, 2)}, input("a", 2, 3, 5), input("b", 5, 2));
        product("rows of a view", false, (in, pass) -> new Variable[] {Views.transpose(in[0], pass, 0, 2), in[1]}, input("a", 3, 2, 4), input("b", 3, 2));
    }

    @Test
    @DisplayName("a matrix multiplied by itself gets every share: a·a·a and a·aᵀ·aᵀ")
    void sharedMatrix() {
        Variable a = input("a", 3, 3);
        for (boolean transposed : new boolean[] {false, true}) {
            for (Trial trial : both()) {
                trial.gradientCheck("matmul with itself", MatrixProduct::new,
                        (product, pass) -> product.forward(product.forward(a, a, transposed, pass), a, transposed, pass), a);
            }
        }
    }

    @Test
    @DisplayName("views: reshape, permute, select, expand, split, alone and in a row")
    void views() {
        check("permute", (in, pass) -> Views.permute(in, pass, 2, 0, 1), x);
        check("select", (in, pass) -> Views.select(in, pass, 1, 2), x);
        check("select from one axis", (in, pass) -> Views.select(in, pass, 0, 5), input("x", 13));
        check("expand", (in, pass) -> Views.expand(in, pass, 2, 3, 4), input("x", 3, 1));
        check("expand to the same", (in, pass) -> Views.expand(in, pass, 3, 1), input("x", 3, 1));
        check("expand a scalar", (in, pass) -> Views.expand(in, pass, 13), input("x"));
        check("expand to nothing", (in, pass) -> Views.expand(in, pass, 0, 3), input("x", 1, 3));
        check("reshape a view", (in, pass) -> Views.reshape(Views.permute(in, pass, 1, 2, 0), pass, 8, 3), x);
        check("a view of a view of a view", (in, pass) -> Views.select(Views.slice(Views.transpose(in, pass, 0, 2), pass, 1, 1, 3), pass, 0, 1), x);
        check("split, twice the second part", (in, pass) -> {
            List<Variable> parts = Views.split(in, pass, 1, 1, 3, 0);
            return Concatenation.along(1, pass, parts.get(1), parts.get(0), parts.get(1), parts.get(2));
        }, x);
    }

    @Test
    @DisplayName("gather along every axis, with repeated and with no indices, from a view too; concat along every axis")
    void gatherAndConcat() {
        for (int axis = 0; axis < 3; axis++) {
            int along = axis;
            Tensor indices = Tensor.ofLongs(Shape.of(2, 2), 1, 0, 1, 1);
            check("gather along " + axis, (in, pass) -> Gather.along(in, pass, along, indices), x);
            check("gather from a view along " + axis, (in, pass) -> Gather.along(Views.transpose(in, pass, 0, 1), pass, along, indices.transpose(0, 1)), x);
            check("concat along " + axis, (in, pass) -> Concatenation.along(along, pass, in, Functions.exp(in, pass)), x);
        }
        check("gather nothing", (in, pass) -> Gather.along(in, pass, 0, Tensor.ofInts(Shape.of(0))), x);
        check("gather one", (in, pass) -> Gather.along(in, pass, -1, Tensor.ofInts(Shape.of(), 1)), x);
        check("concat with nothing", (in, pass) -> Concatenation.along(0, pass, in, Views.slice(in, pass, 0, 1, 1)), x);
    }

    @Test
    @DisplayName("what does not fit is refused with the operation and both shapes")
    void refuses() {
        Variable a = Trial.random("a", 2, 3);
        Variable b = Trial.random("b", 4);
        Workbench.trial().train(needs -> new MatrixProduct(needs), (product, pass) -> {
            refused("matmul of a and b: (2, 3) and (4) do not fit", () -> product.forward(a, b, false, pass));
            refused("matmul of a and b transposed: (2, 3) and (4) do not fit", () -> product.forward(a, b, true, pass));
            refused("subtract a and b: (2, 3) and (4) do not fit", () -> Arithmetic.subtract(a, b, pass));
            refused("where of a and b: (2, 3) and (4) do not fit", () -> Choice.where(Tensor.zeros(1), a, b, pass));
            refused("expand: (4) and (2, 3) do not fit", () -> Views.expand(b, pass, 2, 3));
            refused("concat: (2, 3) and (4) do not fit", () -> Concatenation.along(0, pass, a, b));
            refused("split of axis 1: (2, 3) does not fit", () -> Views.split(a, pass, 1, 1, 1));
            refused("axis 2: (2, 3) does not fit", () -> Reductions.sum(a, pass, true, 2));
            assertThrows(ShapeException.class, () -> Reductions.max(a, pass, true, 1, 1));
            Problem index = assertThrows(Problem.class, () -> Gather.along(a, pass, 1, Tensor.ofInts(Shape.of(1), 3)));
            assertTrue(index.getMessage().contains("index 3") && index.getMessage().contains("(2, 3)"), index.getMessage());
        });
    }

    private static void refused(String message, Executable call) {
        assertEquals(message, assertThrows(ShapeException.class, call).getMessage());
    }

    private static Trial[] both() {
        return new Trial[] {Workbench.trial(), Workbench.fusing()};
    }

    private static void product(String name, boolean transposeB, BiFunction<Variable[], Pass, Variable[]> see, Variable a, Variable b) {
        for (Trial trial : both()) {
            trial.gradientCheck(name, MatrixProduct::new, (product, pass) -> {
                Variable[] seen = see.apply(new Variable[] {a, b}, pass);
                return product.forward(seen[0], seen[1], transposeB, pass);
            }, a, b);
        }
    }

    private static void check(String name, BiFunction<Variable, Pass, Variable> operation, Variable x) {
        for (Trial trial : both()) {
            trial.gradientCheck(name, needs -> "", (none, pass) -> operation.apply(x, pass), x);
        }
    }

    private static Variable input(String name, long... shape) {
        return Trial.random(DType.F64, name, shape);
    }
}
