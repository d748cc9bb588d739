package org.llmsys.training.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.Optimizer;
import org.llmsys.training.Optimizer.Rule;
import org.llmsys.training.OptimizerSettings;

class OptimizersTest {

    @Test
    @DisplayName("adamw by hand: the first step is the learning rate long whatever the gradient's size, after 10 % decay")
    void adamwByHand() {
        Tensor w = Tensor.of(Shape.of(3), 1, 1, -2);
        Tensor g = Tensor.of(Shape.of(3), 0.5f, -300, 0);
        List<Tensor> memory = List.of(Tensor.zeros(3), Tensor.zeros(3));
        new AdamW().update(w, g, memory, rule(1, 0.1, 0.9, 0.99, 1e-8, 1.0));
        assertArrayEquals(new float[] {0.9f - 0.1f, 0.9f + 0.1f, -1.8f}, w.floats(), 1e-6f);
        assertArrayEquals(new float[] {0.05f, -30, 0}, memory.get(0).floats(), 1e-6f);
        assertArrayEquals(new float[] {0.0025f, 900, 0}, memory.get(1).floats(), 1e-4f);
    }

    @Test
    @DisplayName("adamw over 50 steps and 207 weights stays within 2e-6 of the same in double")
    void adamwAgainstDouble() {
        int n = 207;
        double[] w = new double[n];
        double[] m = new double[n];
        double[] v = new double[n];
        Tensor weight = Tensor.zeros(n);
        List<Tensor> memory = List.of(Tensor.zeros(n), Tensor.zeros(n));
        for (int t = 1; t <= 50; t++) {
            Tensor gradient = Tensor.zeros(n);
            for (int i = 0; i < n; i++) {
                float g = (float) RandomStream.at(3, t, i).nextGaussian();
                gradient.floats()[i] = g;
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.99 * v[i] + 0.01 * g * g;
                w[i] -= 1e-3 * 0.1 * w[i];
                w[i] -= 1e-3 * (m[i] / (1 - Math.pow(0.9, t))) / (Math.sqrt(v[i] / (1 - Math.pow(0.99, t))) + 1e-8);
            }
            new AdamW().update(weight, gradient, memory, rule(t, 1e-3, 0.9, 0.99, 1e-8, 0.1));
        }
        for (int i = 0; i < n; i++) {
            assertEquals(w[i], weight.floats()[i], 2e-6, "weight " + i);
        }
    }

    @Test
    @DisplayName("adam by hand: decay goes through the gradient, so it moves a weight without gradient by the whole rate")
    void adamByHand() {
        Tensor w = Tensor.of(Shape.of(3), 1, 1, 1);
        Rule rule = new Rule(1, 0.1, OptimizerSettings.DEFAULT.withWeightDecay(0.5));
        new Adam().update(w, Tensor.of(Shape.of(3), 0, 3, -0.5f), zeros(2, 3), rule);
        assertArrayEquals(new float[] {0.9f, 0.9f, 1}, w.floats(), 1e-6f);
    }

    @Test
    @DisplayName("without correction (step 0) the means count as they are: m = 0.1, v = 0.001, so w moves by 0.1 / sqrt(0.001)")
    void adamUncorrected() {
        Tensor w = Tensor.of(Shape.of(1), 1);
        new Adam().update(w, Tensor.of(Shape.of(1), 1), zeros(2, 1), new Rule(0, 0.1, OptimizerSettings.DEFAULT));
        assertEquals(1 - 0.1 * 0.1 / (Math.sqrt(0.001) + 1e-8), w.get(0), 1e-6);
    }

    @Test
    @DisplayName("momentum by hand: 1, 0.9, 0.71; dampened from the second step on; Nesterov looks ahead: 1, 0.81, 0.539")
    void momentumByHand() {
        assertArrayEquals(new double[] {0.9, 0.71}, twoSteps(OptimizerSettings.DEFAULT), 1e-6);
        assertArrayEquals(new double[] {0.9, 0.76}, twoSteps(OptimizerSettings.DEFAULT.withDampening(0.5)), 1e-6);
        assertArrayEquals(new double[] {0.81, 0.539}, twoSteps(OptimizerSettings.DEFAULT.withNesterov(true)), 1e-6);
    }

    /** w = 1, g = 1 twice, rate 0.1. */
    private static double[] twoSteps(OptimizerSettings settings) {
        Tensor w = Tensor.of(Shape.of(1), 1);
        List<Tensor> memory = zeros(1, 1);
        double[] found = new double[2];
        for (int t = 1; t <= 2; t++) {
            new Momentum().update(w, Tensor.of(Shape.of(1), 1), memory, new Rule(t, 0.1, settings));
            found[t - 1] = w.get(0);
        }
        return found;
    }

    @Test
    @DisplayName("adagrad by hand: gradients 3 and 4 with rate 0.1 give 0.9, then 0.9 - 0.1 · 4/5")
    void adagradByHand() {
        Tensor w = Tensor.of(Shape.of(1), 1);
        List<Tensor> memory = zeros(1, 1);
        new Adagrad().update(w, Tensor.of(Shape.of(1), 3), memory, new Rule(1, 0.1, OptimizerSettings.DEFAULT));
        assertEquals(0.9, w.get(0), 1e-6);
        new Adagrad().update(w, Tensor.of(Shape.of(1), 4), memory, new Rule(2, 0.1, OptimizerSettings.DEFAULT));
        assertEquals(0.82, w.get(0), 1e-6);
        assertEquals(25, memory.get(0).get(0));
    }

    @Test
    @DisplayName("in F64 adamw is exact to double rounding")
    void adamwInDouble() {
        Tensor w = Tensor.ofDoubles(Shape.of(1), 1);
        List<Tensor> memory = List.of(Tensor.ofDoubles(Shape.of(1), 0), Tensor.ofDoubles(Shape.of(1), 0));
        new AdamW().update(w, Tensor.ofDoubles(Shape.of(1), 0.5), memory, new Rule(1, 0.1, OptimizerSettings.DEFAULT.withEps(0)));
        assertEquals(0.9, w.getDouble(0), 1e-15);
    }

    private static Rule rule(long step, double rate, double beta1, double beta2, double eps, double weightDecay) {
        return new Rule(step, rate, OptimizerSettings.DEFAULT.withBetas(beta1, beta2).withEps(eps).withWeightDecay(weightDecay));
    }

    private static List<Tensor> zeros(int count, long size) {
        return Stream.generate(() -> Tensor.zeros(size)).limit(count).toList();
    }

    @Test
    @DisplayName("sgd by hand: w = 1, g = 0.5, rate 0.1 gives 0.95, and 0.85 with decay 1")
    void sgdByHand() {
        Optimizer sgd = new GradientDescent();
        for (double decay : new double[] {0, 1}) {
            Tensor w = Tensor.of(Shape.of(1), 1);
            sgd.update(w, Tensor.of(Shape.of(1), 0.5f), List.of(), new Rule(1, 0.1, OptimizerSettings.DEFAULT.withWeightDecay(decay)));
            assertEquals(0.95 - 0.1 * decay, w.get(0), 1e-6);
        }
    }

    @Test
    @DisplayName("a gradient or a memory of another shape is refused with both shapes, and the weight stays")
    void refuses() {
        Rule rule = new Rule(1, 0.5, OptimizerSettings.DEFAULT);
        Tensor w = Tensor.of(Shape.of(2), 1, 1);
        ShapeException e = assertThrows(ShapeException.class, () -> new AdamW().update(w, Tensor.zeros(3), zeros(2, 2), rule));
        assertTrue(e.getMessage().contains("(2)") && e.getMessage().contains("(3)"), e.getMessage());
        assertThrows(ShapeException.class, () -> new AdamW().update(w, Tensor.zeros(2), zeros(2, 3), rule));
        assertThrows(ShapeException.class, () -> new AdamW().update(w, Tensor.zeros(2), zeros(1, 2), rule));
        assertArrayEquals(new float[] {1, 1}, w.floats());
    }

    @Test
    @DisplayName("views into one storage are updated in their place only; an empty tensor is no harm")
    void views() {
        for (Optimizer optimizer : List.of(new AdamW(), new Adam(), new Momentum(), new Adagrad(), new GradientDescent())) {
            Tensor all = Tensor.of(Shape.of(3, 1), 1, 1, 1);
            List<Tensor> memory = optimizer.memory().stream().map(name -> Tensor.zeros(1, 1)).toList();
            optimizer.update(all.slice(0, 1, 2), Tensor.of(Shape.of(1, 1), 1), memory, new Rule(1, 0.5, OptimizerSettings.DEFAULT));
            assertArrayEquals(new float[] {1, 0.5f, 1}, all.floats(), 1e-6f);
            optimizer.update(Tensor.zeros(0), Tensor.zeros(0), zeros(optimizer.memory().size(), 0), new Rule(1, 0.5, OptimizerSettings.DEFAULT));
        }
    }
}
