package org.llmsys.testkit.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Workspace;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.TensorAllocator.Usage;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.osgi.service.component.annotations.Component;

/**
 * Every tape: rules run once each from last to first, every share arrives however it is handed over, no gradient changes under another's
 * hand, and memory goes back once and only when nobody reads it any more.
 */
@Component(service = Contract.class)
public final class TapeContract implements Contract<TapeFactory> {

    private static final int GRAPHS = 300;

    @Override
    public Class<TapeFactory> service() {
        return TapeFactory.class;
    }

    @Override
    public void check(TapeFactory tapes, Subject subject, Checks checks) {
        checks.promise("y = x*x + x at 3 has slope 7, a share for each of three uses", () -> {
            GradientTape tape = tapes.open(new SpoilingMemory());
            Variable x = number("x", 3);
            Checks.close(7, tape.backward(sum(multiplied(x, x, tape), x, tape)).of(x).get(0), 0, "dy/dx");
        });
        checks.promise("rules run from the last to the first, once each, without those after the root or beside it", () -> order(tapes));
        checks.promise("gradients of " + GRAPHS + " random graphs agree bit for bit with shares added up in that order", () -> {
            for (int seed = 0; seed < GRAPHS; seed++) {
                SpoilingMemory memory = new SpoilingMemory();
                RandomGraph graph = new RandomGraph(seed, tapes.open(memory));
                float[][] expected = graph.expected();
                Gradients found = graph.backward();
                for (int i = 0; i < expected.length; i++) {
                    compare(expected[i], found.of(graph.weights().get(i)), memory, "graph %d, weight %d", seed, i);
                }
            }
        });
        checks.promise("gradients that a rule hands over to two variables stay apart: the caller may write to each", () -> {
            GradientTape tape = tapes.open(new SpoilingMemory());
            Variable a = number("a", 1);
            Variable b = number("b", 2);
            Gradients gradients = tape.backward(sum(a, b, tape));
            gradients.of(a).set(100, 0);
            Checks.close(1, gradients.of(b).get(0), 0, "dy/db");
        });
        checks.promise("going back twice gives the same twice, in tensors of its own", () -> twice(tapes));
        checks.promise("a constant has no gradient, a detached variable passes none on", () -> constants(tapes));
        checks.promise("in F64 whole gradients are added in double", () -> inDouble(tapes));
        checks.promise("a root of two elements, a constant, and what another tape recorded are refused", () -> roots(tapes));
        checks.promise("when the pass is closed, all memory of values and gradients has gone back", () -> closing(tapes));
        checks.promise("tapes of several threads do not disturb each other", () -> Checks.sameOnManyThreads(() -> {
            RandomGraph graph = new RandomGraph(7, tapes.open(new SpoilingMemory()));
            Gradients found = graph.backward();
            return graph.weights().stream().map(w -> found.of(w) == null ? "none" : Arrays.toString(found.of(w).floats())).toList();
        }));
    }

    private static void compare(float[] expected, Tensor found, SpoilingMemory memory, String where, Object... arguments) {
        String place = String.format(where, arguments);
        Checks.that((expected == null) == (found == null), "%s: only one of the two has a gradient", place);
        for (int i = 0; expected != null && i < expected.length; i++) {
            float here = found.get(i) + 0f;                                          // -0 counts as 0
            Checks.that(Float.floatToIntBits(expected[i] + 0f) == Float.floatToIntBits(here), "%s: element %d is %s, not %s", place, i, here, expected[i]);
        }
        Checks.that(found == null || !memory.wasGivenBack(found), "%s: its memory was given back", place);
    }

    private static void order(TapeFactory tapes) {
        GradientTape tape = tapes.open(new SpoilingMemory());
        List<String> walked = new ArrayList<>();
        Variable x = number("x", 2);
        Variable a = noting("a", x, walked, tape);
        noting("beside", x, walked, tape);
        Variable b = noting("b", a, walked, tape);
        noting("after", b, walked, tape);
        Checks.that(tape.nodes().size() == 4, "it took down %d operations of 4", tape.nodes().size());
        tape.backward(b);
        Checks.that(walked.equals(List.of("b", "a")), "the rules ran as %s", walked);
    }

    private static void twice(TapeFactory tapes) {
        GradientTape tape = tapes.open(new SpoilingMemory());
        Variable x = number("x", 3);
        Variable square = multiplied(x, x, tape);
        Variable y = sum(square, square, tape);
        Tensor first = tape.backward(y).of(x);
        Tensor second = tape.backward(y).of(x);
        Checks.close(12, first.get(0), 0, "the first");
        Checks.close(12, second.get(0), 0, "the second");
        Checks.that(first.storage() != second.storage(), "the two share memory");
        Checks.close(6, tape.backward(square).of(x).get(0), 0, "from another root");
    }

    private static void constants(TapeFactory tapes) {
        GradientTape tape = tapes.open(new SpoilingMemory());
        Variable c = Variable.constant("c", Tensor.of(Shape.of(1), 5));
        Variable x = number("x", 3);
        Checks.that(!multiplied(c, c, tape).differentiable() && tape.nodes().isEmpty(), "what only constants went into was taken down");
        Variable square = multiplied(x, x, tape);
        Gradients gradients = tape.backward(multiplied(multiplied(square.detach(), x, tape), c, tape));
        Checks.close(45, gradients.of(x).get(0), 0, "dy/dx");
        Checks.that(gradients.of(c) == null && gradients.of(square) == null, "a gradient went where none should");
        Checks.that(!gradients.wanted(c) && gradients.wanted(x), "wanted() does not tell constants from variables");
        Checks.refused("a gradient for a constant", () -> gradients.into(c));
    }

    private static void inDouble(TapeFactory tapes) {
        GradientTape tape = tapes.open(new SpoilingMemory(DType.F64));
        Variable x = Variable.parameter("x", Tensor.ofDoubles(Shape.of(1), 1));
        Variable y = x;
        for (int i = 0; i < 3; i++) {
            Variable before = y;
            y = tape.record("sum", Tensor.ofDoubles(Shape.of(1), 1), (g, gradients) -> {
                gradients.add(before, g, ElementwiseKernel.scalar());
                gradients.into(x).set(gradients.into(x).getDouble(0) + 1e-12, 0);
            }, before, x);
        }
        Checks.close(1 + 3e-12, tape.backward(y).of(x).getDouble(0), 1e-15, "dy/dx");
    }

    private static void roots(TapeFactory tapes) {
        GradientTape tape = tapes.open(new SpoilingMemory());
        GradientTape other = tapes.open(new SpoilingMemory());
        Variable pair = Variable.parameter("pair", Tensor.of(Shape.of(2), 1, 2));
        Variable two = multiplied(pair, pair, tape);
        Checks.refused("a root of two elements", () -> tape.backward(two));
        Checks.refused("a constant", () -> tape.backward(Variable.constant("c", Tensor.of(Shape.of(1), 5))));
        Checks.refused("what was given", () -> tape.backward(number("x", 1)));
        Variable elsewhere = multiplied(number("x", 1), number("y", 1), other);
        Checks.refused("what another tape recorded", () -> tape.backward(elsewhere));
    }

    private static void closing(TapeFactory tapes) {
        String owner = "check-tape";
        TensorAllocator allocator = TensorAllocator.heap();
        try (Workspace workspace = new Workspace(owner)) {
            for (boolean completes : new boolean[] {true, true, false}) {
                RandomGraph graph;
                try (Pass pass = Pass.training(null, tapes, allocator, workspace, 1, 1)) {
                    graph = new RandomGraph(11, pass.tape());
                    graph.backward();
                    if (completes) {
                        pass.complete();
                    }
                }
                Checks.refused("going back when the pass is closed", graph::backward);
            }
        }
        long live = allocator.usage().stream().filter(usage -> usage.owner().equals(owner)).mapToLong(Usage::liveBytes).sum();
        Checks.that(live == 0, "%d bytes are live", live);
    }

    // ---- operations of a few numbers -------------------------------------------------------------------------------------------

    private static Variable number(String name, float value) {
        return Variable.parameter(name, Tensor.of(Shape.of(1), value));
    }

    /** y = a + b; both get the gradient of y itself. */
    static Variable sum(Variable a, Variable b, GradientTape tape) {
        Tensor y = Tensor.zeros(a.shape().extents());
        ElementwiseKernel.scalar().add(a.value(), b.value(), y);
        return tape.record("sum", y, (gradY, gradients) -> {
            for (Variable x : new Variable[] {a, b}) {
                if (gradients.wanted(x)) {
                    gradients.add(x, gradY, ElementwiseKernel.scalar());
                }
            }
        }, a, b);
    }

    /** y = a * b; added element by element. */
    static Variable multiplied(Variable a, Variable b, GradientTape tape) {
        Tensor y = Tensor.zeros(a.shape().extents());
        ElementwiseKernel.scalar().multiply(a.value(), b.value(), y);
        return tape.record("multiplied", y, (gradY, gradients) -> {
            addProduct(gradients, a, gradY, b.value());
            addProduct(gradients, b, gradY, a.value());
        }, a, b);
    }

    private static void addProduct(Gradients gradients, Variable x, Tensor gradY, Tensor factor) {
        if (gradients.wanted(x)) {
            Tensor into = gradients.into(x);
            for (long i = 0; i < into.size(); i++) {
                into.set(into.get(i) + gradY.get(i) * factor.get(i), i);
            }
        }
    }

    private static Variable noting(String name, Variable x, List<String> walked, GradientTape tape) {
        return tape.record(name, x.value().copy(), (gradY, gradients) -> {
            walked.add(name);
            gradients.add(x, gradY, ElementwiseKernel.scalar());
        }, x);
    }
}
