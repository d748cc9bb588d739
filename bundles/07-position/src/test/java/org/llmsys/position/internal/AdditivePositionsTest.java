package org.llmsys.position.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** The additive encodings, forward and backward. */
class AdditivePositionsTest {

    private final Trial trial = new Trial(Assemblies.of(new EagerTape(), ElementwiseKernel.scalar()));

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
    @DisplayName("vectors that lie apart in memory are added to as their copy is")
    void views() {
        Variable view = Variable.constant("x", Trial.random("x", 3, 2, 2).value().transpose(0, 1));
        Variable copy = Variable.constant("x", view.value().copy());
        trial.infer(learned(Variable.parameter("wpe.weight", Tensor.of(Shape.of(3, 2), 1, 2, 10, 20, 100, 200))), (layer, pass) ->
                assertArrayEquals(layer.add(copy, 0, pass).value().floats(), layer.add(view, 0, pass).value().floats()));
    }

    @Test
    @DisplayName("learned: row start + t is added to token t of every sequence of the batch")
    void learnedByHand() {
        Variable table = Variable.parameter("wpe.weight", Tensor.of(Shape.of(3, 2), 1, 2, 10, 20, 100, 200));
        Variable x = Variable.constant("x", Tensor.of(Shape.of(2, 2, 2), 0, 0, 1, 1, 2, 2, 3, 3));
        trial.infer(learned(table), (layer, pass) ->
                assertArrayEquals(new float[] {10, 20, 101, 201, 12, 22, 103, 203}, layer.add(x, 1, pass).value().floats()));
    }

    @Test
    @DisplayName("backward: x gets the gradient as it is, the table its sum over the batch, in the rows used and no other")
    void backward() {
        Variable table = Variable.parameter("wpe.weight", Tensor.zeros(3, 2));
        Variable x = Variable.parameter("x", Tensor.zeros(2, 2, 2));
        Tensor gradient = Tensor.of(Shape.of(2, 2, 2), 1, 2, 3, 4, 50, 60, 70, 80);
        trial.train(learned(table), (layer, pass) -> {
            Variable y = layer.add(x, 1, pass);
            Variable loss = pass.tape().record("weighted-sum", Tensor.zeros(1), (g, gradients) -> gradients.into(y).copyFrom(gradient), y);
            Gradients gradients = pass.tape().backward(loss);
            assertArrayEquals(gradient.floats(), gradients.of(x).floats());
            assertArrayEquals(new float[] {0, 0, 51, 62, 73, 84}, gradients.of(table).floats());
        });
    }

    @Test
    @DisplayName("both pass the gradient check in F64, in the middle of the context and over a batch")
    void gradients() {
        Variable table = Trial.random(DType.F64, "wpe.weight", 7, 3);
        Variable x = Trial.random(DType.F64, "x", 2, 5, 3);
        PositionSpec spec = new PositionSpec(7, 3, 3, 10_000, "wpe.weight");
        trial.gradientCheck("learned", needs -> new LearnedPositionalEncoding().build(spec, NamedWeights.of(table), needs),
                (layer, pass) -> layer.add(x, 2, pass), x, table);
        trial.gradientCheck("sinusoidal", needs -> new SinusoidalPositionalEncoding().build(spec, null, needs),
                (layer, pass) -> layer.add(x, 2, pass), x);
    }

    @Test
    @DisplayName("a position beyond the context, a negative one and another width are refused")
    void refuses() {
        Variable two = Variable.constant("x", Tensor.zeros(1, 2, 2));
        trial.infer(learned(Variable.parameter("wpe.weight", Tensor.zeros(3, 2))), (layer, pass) -> {
            assertTrue(assertThrows(Problem.class, () -> layer.add(two, 2, pass)).why().contains("3 positions"));
            assertThrows(Problem.class, () -> layer.add(two, -1, pass));
            assertThrows(ShapeException.class, () -> layer.add(Variable.constant("x", Tensor.zeros(1, 2, 3)), 0, pass));
            assertEquals(0, layer.add(Variable.constant("x", Tensor.zeros(1, 0, 2)), 3, pass).value().size());
        });
    }

    private static Blueprint<PositionalLayer> learned(Variable table) {
        return needs -> new LearnedPositionalEncoding().build(new PositionSpec(3, 2, 2, 10_000, "wpe.weight"), NamedWeights.of(table), needs);
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
}
