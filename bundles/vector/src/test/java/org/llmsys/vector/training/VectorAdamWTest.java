package org.llmsys.vector.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Optimizer.Rule;
import org.llmsys.training.OptimizerSettings;
import org.llmsys.vector.Numbers;

class VectorAdamWTest {

    private static final OptimizerSettings DECAYING = OptimizerSettings.DEFAULT.withBetas(0.9, 0.99).withWeightDecay(0.1);

    private final VectorAdamW optimizer = new VectorAdamW(WorkerPool.SERIAL);

    @Test
    @DisplayName("the first step is the learning rate long, against the sign of the gradient: 1 becomes 0.9")
    void firstStep() {
        Tensor w = Tensor.of(Shape.of(1), 1);
        optimizer.update(w, Tensor.of(Shape.of(1), 0.5f), List.of(Tensor.zeros(1), Tensor.zeros(1)), new Rule(1, 0.1, OptimizerSettings.DEFAULT));
        assertEquals(0.9, w.get(0), 1e-6);
    }

    @Test
    @DisplayName("ten steps follow the formulas in double, for awkward sizes; lanes and tail round alike")
    void formula() {
        for (int size : new int[] {0, 1, 13, 207}) {
            Tensor w = Numbers.even(1, 1, size);
            Tensor m = Tensor.zeros(size);
            Tensor v = Tensor.zeros(size);
            double[] expected = new double[size];
            double[] means = new double[size];
            double[] squares = new double[size];
            for (int i = 0; i < size; i++) {
                expected[i] = Numbers.at(w, i);
            }
            for (int t = 1; t <= 10; t++) {
                Tensor g = Numbers.even(t, 1, size);
                optimizer.update(w, g, List.of(m, v), new Rule(t, 0.01, DECAYING));
                for (int i = 0; i < size; i++) {
                    double gi = Numbers.at(g, i);
                    means[i] = 0.9 * means[i] + 0.1 * gi;
                    squares[i] = 0.99 * squares[i] + 0.01 * gi * gi;
                    double step = means[i] / (1 - Math.pow(0.9, t)) / (Math.sqrt(squares[i] / (1 - Math.pow(0.99, t))) + 1e-8);
                    expected[i] -= 0.01 * 0.1 * expected[i] + 0.01 * step;
                }
            }
            Numbers.assertClose(expected, w, 2e-6);
        }
    }

    @Test
    @DisplayName("a weight moves alike whether it lies in a register or in the tail, and with 1 or 4 threads")
    void lanesAndTail() {
        Tensor w = Numbers.even(1, 1, 50_021);
        Tensor g = Numbers.even(2, 1, 50_021);
        Tensor whole = w.copy();
        try (WorkerPool pool = WorkerPool.of(4)) {
            Rule rule = new Rule(3, 0.01, DECAYING);
            new VectorAdamW(pool).update(whole, g, List.of(Tensor.zeros(50_021), Tensor.zeros(50_021)), rule);
            for (int i = 0; i < 64; i++) {                                              // one at a time is all tail
                Tensor single = w.slice(0, i, i + 1).copy();
                optimizer.update(single, g.slice(0, i, i + 1), List.of(Tensor.zeros(1), Tensor.zeros(1)), rule);
                Numbers.assertSameBits(single, whole.slice(0, i, i + 1));
            }
        }
    }
}
