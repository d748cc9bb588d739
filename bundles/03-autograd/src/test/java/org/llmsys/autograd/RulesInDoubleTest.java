package org.llmsys.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.llmsys.assembly.Blueprint;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Every rule that is element by element or a reduction against finite differences in double, with PyTorch's tolerances, over awkward
 * shapes and over views, on both tapes.
 */
class RulesInDoubleTest {

    private static final long[][] SHAPES = {{}, {0}, {1}, {13}, {3, 1, 5}, {2, 0, 3}, {9, 23}};

    /** What is built once and then applied to variables. */
    private interface Operation {
        Variable apply(Built built, Variable[] inputs, Pass pass);
    }

    /** The operations that have needs. */
    private record Built(Addition addition, Multiplication multiplication, Scaling scaling) {
        static final Blueprint<Built> BLUEPRINT = needs -> new Built(new Addition(needs), new Multiplication(needs), new Scaling(needs));
    }

    // ---- one operand -----------------------------------------------------------------------------------------------------------

    /** By name: what a function makes of x. Those in {@link #POSITIVE} get x from 0.2 to 1.8, the others from -1 to 1. */
    private static final Map<String, Operation> FUNCTIONS = new TreeMap<>(Map.ofEntries(
            Map.entry("negate", (b, x, pass) -> Functions.negate(x[0], pass)),
            Map.entry("exp", (b, x, pass) -> Functions.exp(x[0], pass)),
            Map.entry("log", (b, x, pass) -> Functions.log(x[0], pass)),
            Map.entry("sqrt", (b, x, pass) -> Functions.sqrt(x[0], pass)),
            Map.entry("tanh", (b, x, pass) -> Functions.tanh(x[0], pass)),
            Map.entry("sigmoid", (b, x, pass) -> Functions.sigmoid(x[0], pass)),
            Map.entry("erf", (b, x, pass) -> Functions.erf(x[0], pass)),
            Map.entry("abs", (b, x, pass) -> Functions.abs(x[0], pass)),
            Map.entry("power 3", (b, x, pass) -> Functions.power(x[0], 3, pass)),
            Map.entry("power 0", (b, x, pass) -> Functions.power(x[0], 0, pass)),
            Map.entry("power -1.5", (b, x, pass) -> Functions.power(x[0], -1.5, pass)),
            Map.entry("scale", (b, x, pass) -> b.scaling().forward(x[0], -0.3, pass)),
            Map.entry("add to itself", (b, x, pass) -> b.addition().forward(x[0], x[0], pass)),
            Map.entry("square", (b, x, pass) -> b.multiplication().forward(x[0], x[0], pass)),
            Map.entry("divide by itself", (b, x, pass) -> Arithmetic.divide(x[0], x[0], pass)),
            Map.entry("sum", (b, x, pass) -> Reductions.sum(x[0], pass, false)),
            Map.entry("mean", (b, x, pass) -> x[0].shape().size() == 0 ? x[0] : Reductions.mean(x[0], pass, true)),
            Map.entry("join with itself", (b, x, pass) -> x[0].shape().rank() == 0 ? x[0] : Concatenation.along(0, pass, x[0], x[0])),
            Map.entry("contiguous", (b, x, pass) -> Functions.negate(Views.contiguous(x[0], pass), pass))));

    private static final List<String> POSITIVE = List.of("log", "sqrt", "power -1.5", "divide by itself", "abs");

    /** Ways to look at a variable such that the operation meets a view: of which shape it is, and how it is seen. */
    private record View(String name, long[] base, BiFunction<Variable, Pass, Variable> see) {
    }

    private static List<View> views(long... shape) {
        List<View> views = new ArrayList<>(List.of(new View("plain", shape, (x, pass) -> x)));
        int rank = shape.length;
        if (rank > 0) {
            long[] wider = shape.clone();
            wider[rank - 1] += 2;
            views.add(new View("sliced", wider, (x, pass) -> Views.slice(x, pass, -1, 1, 1 + shape[rank - 1])));
            long[] turned = shape.clone();
            turned[0] = shape[rank - 1];
            turned[rank - 1] = shape[0];
            views.add(new View("transposed", turned, (x, pass) -> Views.transpose(x, pass, 0, -1)));
            if (shape[0] > 0) {
                long[] one = shape.clone();
                one[0] = 1;
                views.add(new View("expanded", one, (x, pass) -> Views.expand(x, pass, shape)));
            }
        }
        return views;
    }

    static List<String> functions() {
        return List.copyOf(FUNCTIONS.keySet());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    @DisplayName("one operand: every shape, plain and seen through views")
    void oneOperand(String name) {
        for (long[] shape : SHAPES) {
            for (View view : views(shape)) {
                Variable x = input("x", POSITIVE.contains(name), view.base());
                check(name + " of " + Shape.of(shape) + " " + view.name(),
                        (built, in, pass) -> FUNCTIONS.get(name).apply(built, new Variable[] {view.see().apply(in[0], pass)}, pass), x);
            }
        }
    }

    // ---- two operands ----------------------------------------------------------------------------------------------------------

    private static final Map<String, Operation> PAIRS = new TreeMap<>(Map.of(
            "add", (b, x, pass) -> b.addition().forward(x[0], x[1], pass),
            "multiply", (b, x, pass) -> b.multiplication().forward(x[0], x[1], pass),
            "subtract", (b, x, pass) -> Arithmetic.subtract(x[0], x[1], pass),
            "divide", (b, x, pass) -> Arithmetic.divide(x[0], x[1], pass),
            "power", (b, x, pass) -> Arithmetic.power(x[0], x[1], pass),
            "maximum", (b, x, pass) -> Choice.maximum(x[0], x[1], pass),
            "minimum", (b, x, pass) -> Choice.minimum(x[0], x[1], pass),
            "where", (b, x, pass) -> Choice.where(everyThird(x[0].shape()), x[0], x[1], pass)));

    /** Pairs of shapes that broadcast: equal, a row, a column, both repeated, a scalar, nothing. */
    private static final long[][][] FITTING = {{{13}, {13}}, {{3, 1, 5}, {5}}, {{3, 1}, {2, 1, 5}}, {{}, {2, 3}}, {{1}, {}}, {{0}, {1}},
        {{2, 0}, {2, 1}}, {{9, 23}, {9, 1}}};

    private static Tensor everyThird(Shape shape) {
        Tensor condition = Tensor.zeros(DType.I32, shape);
        for (long i = 0; i < shape.size(); i += 3) {
            condition.storage().setLong(i, 1);
        }
        return condition;
    }

    static List<String> pairs() {
        return List.copyOf(PAIRS.keySet());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pairs")
    @DisplayName("two operands: every way to broadcast, either way round, and seen through views")
    void twoOperands(String name) {
        for (long[][] shapes : FITTING) {
            for (int swap = 0; swap < 2; swap++) {
                Variable a = input("a", true, shapes[swap]);
                Variable b = input("b", true, shapes[1 - swap]);
                check(name + " of " + a + " and " + b, PAIRS.get(name), a, b);
            }
        }
        Variable a = input("a", true, 5, 4);
        Variable b = input("b", true, 1, 7);
        check(name + " of views", (built, in, pass) -> PAIRS.get(name).apply(built, new Variable[] {
            Views.transpose(in[0], pass, 0, 1), Views.expand(Views.slice(in[1], pass, 1, 1, 6), pass, 4, 5)}, pass), a, b);
    }

    // ---- reductions over axes --------------------------------------------------------------------------------------------------

    @ParameterizedTest(name = "keepDims {0}")
    @MethodSource("keepDims")
    @DisplayName("sum, mean and max over any axes")
    void reductions(boolean keepDims) {
        for (int[] axes : new int[][] {{0}, {-1}, {1}, {0, 2}, {2, 1}, {0, 1, 2}, {}}) {
            for (long[] shape : new long[][] {{3, 1, 5}, {2, 3, 4}, {1, 1, 1}}) {
                for (View view : views(shape)) {
                    Variable x = input("x", false, view.base());
                    String what = " over " + Arrays.toString(axes) + " of " + Shape.of(shape) + " " + view.name();
                    check("sum" + what, (b, in, pass) -> Reductions.sum(view.see().apply(in[0], pass), pass, keepDims, axes), x);
                    check("mean" + what, (b, in, pass) -> Reductions.mean(view.see().apply(in[0], pass), pass, keepDims, axes), x);
                    if (!view.name().equals("expanded")) {                  // repeated elements tie: no derivative
                        check("max" + what, (b, in, pass) -> Reductions.max(view.see().apply(in[0], pass), pass, keepDims, axes), x);
                    }
                }
            }
        }
        check("sum of nothing", (b, in, pass) -> Reductions.sum(in[0], pass, keepDims, 1), input("x", false, 2, 0, 3));
        check("max of nothing", (b, in, pass) -> Reductions.max(in[0], pass, keepDims, 0), input("x", false, 2, 0, 3));
    }

    static List<Boolean> keepDims() {
        return List.of(true, false);
    }

    private static void check(String name, Operation operation, Variable... inputs) {
        for (Trial trial : new Trial[] {Workbench.trial(), Workbench.fusing()}) {
            trial.gradientCheck(name, Built.BLUEPRINT, (built, pass) -> operation.apply(built, inputs, pass), inputs);
        }
    }

    private static Variable input(String name, boolean positive, long... shape) {
        Variable x = Trial.random(DType.F64, name, shape);
        for (long i = 0; positive && i < x.value().size(); i++) {
            x.value().storage().setDouble(i, 1 + 0.8 * x.value().storage().getDouble(i));
        }
        return x;
    }
}
