package org.llmsys.position.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.BackwardRule;
import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/** The additive encodings, forward and backward, on a tape of one operation. */
class AdditivePositionsTest {

    @Test
    @DisplayName("sinusoidal with C = 4: position 0 is (0,1,0,1), position 3 is sin and cos of 3 and of 3/100")
    void sinusoidalByHand() {
        Tensor table = SinusoidalPositionalEncoding.table(4, 4, 10_000);
        assertArrayEquals(new float[] {0, 1, 0, 1}, row(table, 0));
        assertArrayEquals(new float[] {(float) Math.sin(3), (float) Math.cos(3), (float) Math.sin(0.03), (float) Math.cos(0.03)}, row(table, 3));
    }

    @Test
    @DisplayName("sinusoidal: the product of two positions depends on their distance alone")
    void sinusoidalDistance() {
        Tensor table = SinusoidalPositionalEncoding.table(40, 16, 10_000);
        for (int distance : new int[] {1, 5, 13}) {
            assertEquals(dot(row(table, 0), row(table, distance)), dot(row(table, 20), row(table, 20 + distance)), 1e-4);
        }
    }

    @Test
    @DisplayName("learned: row start + t is added to token t of every sequence of the batch")
    void learnedByHand() {
        PositionalLayer layer = learned(Tensor.of(Shape.of(3, 2), 1, 2, 10, 20, 100, 200));
        Variable y = layer.add(Variable.constant("x", Tensor.of(Shape.of(2, 2, 2), 0, 0, 1, 1, 2, 2, 3, 3)), 1, Pass.inference(null, HEAP, "test"));
        assertArrayEquals(new float[] {10, 20, 101, 201, 12, 22, 103, 203}, y.value().floats());
    }

    @Test
    @DisplayName("backward: x gets the gradient as it is, the table its sum over the batch, in the rows used and no other")
    void backward() {
        Variable table = Variable.parameter("wpe.weight", Tensor.zeros(3, 2));
        Variable x = Variable.parameter("x", Tensor.zeros(2, 2, 2));
        OneNodeTape tape = new OneNodeTape();
        Pass pass = Pass.training(null, memory -> tape, HEAP, "test", 0, 0);
        new LearnedPositionalEncoding().build(SPEC, NamedWeights.of(table), null).add(x, 1, pass);
        tape.rule.apply(Tensor.of(Shape.of(2, 2, 2), 1, 2, 3, 4, 50, 60, 70, 80), tape);
        assertArrayEquals(new float[] {1, 2, 3, 4, 50, 60, 70, 80}, tape.of(x).floats());
        assertArrayEquals(new float[] {0, 0, 51, 62, 73, 84}, tape.of(table).floats());
    }

    @Test
    @DisplayName("sinusoidal: nothing learns, so no gradient is collected for the table")
    void sinusoidalLearnsNothing() {
        OneNodeTape tape = new OneNodeTape();
        Variable x = Variable.parameter("x", Tensor.zeros(1, 2, 2));
        new SinusoidalPositionalEncoding().build(SPEC, null, null).add(x, 0, Pass.training(null, memory -> tape, HEAP, "test", 0, 0));
        tape.rule.apply(Tensor.of(Shape.of(1, 2, 2), 1, 2, 3, 4), tape);
        assertEquals(1, tape.collected.size());
        assertNull(tape.of(Variable.constant("other", Tensor.zeros(1))));
    }

    @Test
    @DisplayName("a position beyond the context, a negative one and another width are refused")
    void refuses() {
        PositionalLayer layer = learned(Tensor.zeros(3, 2));
        Pass pass = Pass.inference(null, HEAP, "test");
        Variable two = Variable.constant("x", Tensor.zeros(1, 2, 2));
        assertTrue(assertThrows(Problem.class, () -> layer.add(two, 2, pass)).why().contains("3 positions"));
        assertThrows(Problem.class, () -> layer.add(two, -1, pass));
        assertThrows(ShapeException.class, () -> layer.add(Variable.constant("x", Tensor.zeros(1, 2, 3)), 0, pass));
        assertEquals(0, layer.add(Variable.constant("x", Tensor.zeros(1, 0, 2)), 3, pass).value().size());
    }

    private static final TensorAllocator HEAP = TensorAllocator.heap();
    private static final PositionSpec SPEC = new PositionSpec(3, 2, 2, 10_000, "wpe.weight");

    private static PositionalLayer learned(Tensor table) {
        return new LearnedPositionalEncoding().build(SPEC, NamedWeights.of(Variable.parameter("wpe.weight", table)), null);
    }

    private static float[] row(Tensor table, int t) {
        return table.slice(0, t, t + 1).copy().floats();
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * (double) b[i];
        }
        return sum;
    }

    /** Keeps the last rule and plays the part of the gradients too. */
    private static final class OneNodeTape implements GradientTape, Gradients {
        private BackwardRule rule;
        private final Map<Variable, Tensor> collected = new HashMap<>();

        @Override
        public boolean recording() {
            return true;
        }

        @Override
        public Variable record(String operation, Tensor value, BackwardRule backward, Variable... inputs) {
            rule = backward;
            return Variable.parameter(operation, value);
        }

        @Override
        public Gradients backward(Variable root) {
            return this;
        }

        @Override
        public List<Node> nodes() {
            return List.of();
        }

        @Override
        public boolean wanted(Variable variable) {
            return variable.differentiable();
        }

        @Override
        public Tensor into(Variable variable) {
            return collected.computeIfAbsent(variable, v -> Tensor.zeros(v.value().dtype(), v.shape()));
        }

        @Override
        public Target target(Variable variable) {
            return new Target(into(variable), true);
        }

        @Override
        public void add(Variable variable, Tensor gradient, ElementwiseKernel kernel) {
            kernel.addScaled(gradient, 1, into(variable));
        }

        @Override
        public Tensor of(Variable variable) {
            return collected.get(variable);
        }
    }
}
