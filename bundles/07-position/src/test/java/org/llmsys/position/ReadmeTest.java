package org.llmsys.position;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;

class ReadmeTest {

    private final Trial trial = new Trial(ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies());

    @Test
    @DisplayName("the lines of the README compile and give what they print")
    void byHand() {
        PositionSpec spec = new PositionSpec(16, 2, 2, 10_000, "wpe.weight");
        Blueprint<PositionalLayer> rope = needs -> needs.structure(PositionalEncoding.class, "rope").build(spec, null, needs);
        Variable q = Variable.parameter("q", Tensor.of(Shape.of(1, 1, 1, 2), 1, 0));
        trial.infer(rope, (layer, pass) -> assertArrayEquals(new float[] {0.5403f, 0.8415f},
                layer.rotate(q, 1, pass).value().copy().floats(), 5e-5f));
        trial.gradientCheck("rope", rope, (layer, pass) -> layer.rotate(q, 1, pass), q);
        assertArrayEquals(new double[] {0.5, 0.005}, new RotaryScaling.Linear(2).frequencies(4, 10_000), 1e-15);
    }

    @Test
    @DisplayName("by hand: the first wave of C = 2, and the slopes of 8 heads")
    void wavesAndLines() {
        PositionSpec spec = new PositionSpec(16, 2, 2, 10_000, "wpe.weight");
        Variable zeros = Variable.constant("x", Tensor.zeros(1, 2, 2));
        trial.infer(needs -> needs.structure(PositionalEncoding.class, "sinusoidal").build(spec, null, needs), (layer, pass) ->
                assertArrayEquals(new float[] {0, 1, 0.84f, 0.54f}, layer.add(zeros, 0, pass).value().copy().floats(), 5e-3f));
        trial.infer(needs -> needs.structure(PositionalEncoding.class, "alibi").build(spec, null, needs), (layer, pass) -> {
            assertEquals(-0.5, layer.scoreBias(8).at(0, 1));
            assertEquals(-1 / 256.0, layer.scoreBias(8).at(7, 1));
        });
    }

    @Test
    @DisplayName("the exercise: the product of two waves is largest at distance 0 and depends on the distance alone; so does that of turned ones")
    void exercise() {
        int width = 16;
        PositionSpec spec = new PositionSpec(64, width, width, 10_000, "wpe.weight");
        List<float[]> rows = new ArrayList<>();
        trial.infer(needs -> needs.structure(PositionalEncoding.class, "sinusoidal").build(spec, null, needs), (layer, pass) -> {
            Tensor table = layer.add(Variable.constant("x", Tensor.zeros(1, 64, width)), 0, pass).value();
            for (int t = 0; t < 64; t++) {
                rows.add(table.slice(1, t, t + 1).copy().floats());
            }
        });
        Tensor ones = Tensor.zeros(1, 1, 64, width);
        for (int i = 0; i < ones.size(); i += 2) {
            ones.floats()[i] = 1;
        }
        List<float[]> turned = new ArrayList<>();
        trial.infer(needs -> needs.structure(PositionalEncoding.class, "rope").build(spec, null, needs), (layer, pass) -> {
            Tensor all = layer.rotate(Variable.constant("q", ones), 0, pass).value();
            for (int t = 0; t < 64; t++) {
                turned.add(all.slice(2, t, t + 1).copy().floats());
            }
        });
        for (List<float[]> vectors : List.of(rows, turned)) {
            for (int distance = 1; distance < 32; distance++) {
                assertEquals(dot(vectors, 0, distance), dot(vectors, 31, 31 + distance), 1e-4);
                assertTrue(dot(vectors, 5, 5 + distance) < dot(vectors, 5, 5));
            }
            assertEquals(width / 2.0, dot(vectors, 5, 5), 1e-5);
        }
    }

    private static double dot(List<float[]> vectors, int one, int other) {
        double sum = 0;
        for (int i = 0; i < vectors.get(one).length; i++) {
            sum += vectors.get(one)[i] * (double) vectors.get(other)[i];
        }
        return sum;
    }
}
