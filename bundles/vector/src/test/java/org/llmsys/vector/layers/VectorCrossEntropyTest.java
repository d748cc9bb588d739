package org.llmsys.vector.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

class VectorCrossEntropyTest {

    private final VectorCrossEntropy loss = new VectorCrossEntropy(WorkerPool.SERIAL);

    @Test
    @DisplayName("equal logits over four classes cost ln 4, and the gradient is 1/4 everywhere but -3/4 at the target")
    void byHand() {
        Tensor logits = Tensor.zeros(1, 4);
        assertEquals(Math.log(4), loss.forward(logits, ids(2)), 1e-7);
        Tensor gradient = Tensor.zeros(1, 4);
        loss.backward(logits, ids(2), 1, gradient);
        Numbers.assertClose(new double[] {0.25, 0.25, -0.75, 0.25}, gradient, 1e-7);
    }

    @Test
    @DisplayName("loss to 1e-6 and gradient to 1e-6 of the formula in double, for awkward widths, with rows left out")
    void formula() {
        for (int[] size : new int[][] {{1, 1}, {3, 13}, {7, 65}, {5, 207}, {1, 3000}}) {
            int rows = size[0];
            int width = size[1];
            Tensor logits = Numbers.even(1, 6, rows, width);
            int[] classes = new int[rows];
            for (int n = 0; n < rows; n++) {
                classes[n] = n == 1 ? -1 : n * 31 % width;
            }
            Tensor gradient = Numbers.even(2, 1, rows, width);
            double[] expected = new double[rows * width];
            double sum = 0;
            int counted = rows > 1 ? rows - 1 : rows;
            for (int n = 0; n < rows; n++) {
                double total = 0;
                for (int v = 0; v < width; v++) {
                    total += Math.exp(Numbers.at(logits, n * width + v));
                }
                for (int v = 0; v < width; v++) {
                    double p = Math.exp(Numbers.at(logits, n * width + v)) / total;
                    double slope = classes[n] < 0 ? 0 : (p - (v == classes[n] ? 1 : 0)) / counted;
                    expected[n * width + v] = Numbers.at(gradient, n * width + v) + 0.5 * slope;
                }
                sum += classes[n] < 0 ? 0 : Math.log(total) - Numbers.at(logits, n * width + classes[n]);
            }
            assertEquals(sum / counted, loss.forward(logits, ids(classes)), 1e-6 * Math.max(1, sum / counted));
            loss.backward(logits, ids(classes), 0.5f, gradient);
            Numbers.assertClose(expected, gradient, 1e-6);
        }
    }

    @Test
    @DisplayName("logits of 1000 do not overflow; a row of NaN makes the loss NaN")
    void farOut() {
        assertEquals(2000, loss.forward(Tensor.of(Shape.of(1, 3), 1000, 0, -1000), ids(2)), 1e-3);
        assertTrue(Double.isNaN(loss.forward(Tensor.of(Shape.of(1, 3), 1, Float.NaN, 2), ids(0))));
    }

    @Test
    @DisplayName("no counted row: loss 0; a class outside the vocabulary is refused")
    void ends() {
        assertEquals(0, loss.forward(Tensor.zeros(2, 3), ids(-1, -1)));
        assertEquals(0, loss.forward(Tensor.zeros(0, 3), ids()));
        assertThrows(Problem.class, () -> loss.forward(Tensor.zeros(1, 3), ids(3)));
    }

    private static Tensor ids(int... ids) {
        Tensor t = Tensor.zeros(DType.I32, Shape.of(ids.length));
        for (int n = 0; n < ids.length; n++) {
            t.set(ids[n], n);
        }
        return t;
    }
}
