package org.llmsys.vector.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

class VectorCrossEntropyTest {

    private final VectorCrossEntropy loss = new VectorCrossEntropy(WorkerPool.SERIAL);

    @Test
    @DisplayName("equal logits over four classes cost ln 4, and the gradient is 1/4 everywhere but -3/4 at the target")
    void byHand() {
        assertEquals(Math.log(4), losses(Tensor.zeros(1, 4), ids(2)).get(0), 1e-7);
        Tensor gradient = Tensor.zeros(1, 4);
        loss.backward(Tensor.zeros(1, 4), ids(2), Tensor.of(Shape.of(1), 1), gradient);
        Numbers.assertClose(new double[] {0.25, 0.25, -0.75, 0.25}, gradient, 1e-7);
    }

    @Test
    @DisplayName("losses and gradients to 1e-6 of the formula in double, for awkward widths, with a row left out")
    void formula() {
        for (int[] size : new int[][] {{1, 1}, {3, 13}, {7, 65}, {5, 207}, {1, 3000}}) {
            int rows = size[0];
            int width = size[1];
            Tensor logits = Numbers.even(1, 6, rows, width);
            Tensor arriving = Numbers.even(3, 1, rows);
            Tensor gradient = Numbers.even(2, 1, rows, width);
            int[] classes = new int[rows];
            double[] expected = new double[rows];
            double[] slopes = new double[rows * width];
            for (int n = 0; n < rows; n++) {
                classes[n] = n == 1 ? -1 : n * 31 % width;
                double total = 0;
                for (int v = 0; v < width; v++) {
                    total += Math.exp(Numbers.at(logits, n * width + v));
                }
                expected[n] = n == 1 ? 0 : Math.log(total) - Numbers.at(logits, n * width + classes[n]);
                for (int v = 0; v < width; v++) {
                    double p = Math.exp(Numbers.at(logits, n * width + v)) / total;
                    double slope = n == 1 ? 0 : p - (v == classes[n] ? 1 : 0);
                    slopes[n * width + v] = Numbers.at(gradient, n * width + v) + Numbers.at(arriving, n) * slope;
                }
            }
            Numbers.assertClose(expected, losses(logits, ids(classes)), 1e-6);
            loss.backward(logits, ids(classes), arriving, gradient);
            Numbers.assertClose(slopes, gradient, 1e-6);
        }
    }

    @Test
    @DisplayName("logits of 1000 do not overflow; a row of NaN makes the loss NaN; a target that is impossible costs infinity")
    void farOut() {
        Tensor losses = losses(Tensor.of(Shape.of(4, 2), 1000, -1000, 1, Float.NaN, 0, Float.NEGATIVE_INFINITY,
                Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY), ids(1, 0, 1, 0));
        assertEquals(2000, losses.get(0), 1e-3);
        assertTrue(Float.isNaN(losses.get(1)));
        assertEquals(Float.POSITIVE_INFINITY, losses.get(2));
        assertEquals(Float.POSITIVE_INFINITY, losses.get(3));
    }

    @Test
    @DisplayName("no rows have no losses; a class outside the vocabulary is refused")
    void ends() {
        assertEquals(0, losses(Tensor.zeros(0, 3), ids()).size());
        assertEquals("target 3 in row 1 is no class", assertThrows(Problem.class, () -> losses(Tensor.zeros(2, 3), ids(0, 3))).getMessage());
    }

    @Test
    @DisplayName("1, 2 and 4 threads give the same bits")
    void anyNumberOfThreads() {
        Tensor logits = Numbers.even(6, 3, 700, 65);
        Tensor targets = ids(new int[700]);
        Tensor expected = losses(logits, targets);
        for (int threads : new int[] {2, 4}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                Tensor losses = Tensor.zeros(700);
                new VectorCrossEntropy(pool).forward(logits, targets, losses);
                Numbers.assertSameBits(expected, losses);
            }
        }
    }

    private Tensor losses(Tensor logits, Tensor targets) {
        Tensor losses = Tensor.zeros(logits.shape().extent(0));
        loss.forward(logits, targets, losses);
        return losses;
    }

    private static Tensor ids(int... ids) {
        return Tensor.ofInts(Shape.of(ids.length), ids);
    }
}
