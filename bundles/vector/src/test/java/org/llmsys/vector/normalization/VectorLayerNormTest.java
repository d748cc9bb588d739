package org.llmsys.vector.normalization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

class VectorLayerNormTest {

    private static final float EPS = 1e-5f;
    private final VectorLayerNorm norm = new VectorLayerNorm(WorkerPool.SERIAL);

    @Test
    @DisplayName("(1, 3) has mean 2 and deviation 1: it becomes (-1, 1); with gamma 2 and beta 5 (3, 7)")
    void byHand() {
        Tensor y = Tensor.zeros(1, 2);
        norm.forward(Tensor.of(Shape.of(1, 2), 1, 3), Tensor.of(Shape.of(2), 1, 1), null, EPS, y, null);
        Numbers.assertClose(new double[] {-1, 1}, y, 1e-5);
        norm.forward(Tensor.of(Shape.of(1, 2), 1, 3), Tensor.of(Shape.of(2), 2, 2), Tensor.of(Shape.of(2), 5, 5), EPS, y, null);
        Numbers.assertClose(new double[] {3, 7}, y, 1e-5);
    }

    @Test
    @DisplayName("forward is within 2e-6 and backward within 1e-5 of the formulas in double, for awkward widths; gradients are added")
    void formulas() {
        for (int[] size : new int[][] {{0, 4}, {1, 1}, {3, 13}, {5, 128}, {300, 207}}) {
            int rows = size[0];
            int width = size[1];
            Tensor x = Numbers.even(1, 2, rows, width);
            Tensor gamma = Numbers.even(2, 2, width);
            Tensor beta = Numbers.even(3, 2, width);
            Tensor gradY = Numbers.even(4, 1, rows, width);
            Tensor gradX = Numbers.even(5, 1, rows, width);
            Tensor gradGamma = Numbers.even(6, 1, width);
            Tensor gradBeta = Numbers.even(7, 1, width);
            double[] y = new double[rows * width];
            double[] dX = doubles(gradX);
            double[] dGamma = doubles(gradGamma);
            double[] dBeta = doubles(gradBeta);
            for (int n = 0; n < rows; n++) {
                double mean = 0;
                for (int c = 0; c < width; c++) {
                    mean += Numbers.at(x, n * width + c) / width;
                }
                double variance = 0;
                for (int c = 0; c < width; c++) {
                    variance += Math.pow(Numbers.at(x, n * width + c) - mean, 2) / width;
                }
                double r = 1 / Math.sqrt(variance + EPS);
                double meanOfD = 0;
                double meanOfDH = 0;
                for (int c = 0; c < width; c++) {
                    double h = (Numbers.at(x, n * width + c) - mean) * r;
                    double g = Numbers.at(gradY, n * width + c);
                    y[n * width + c] = h * Numbers.at(gamma, c) + Numbers.at(beta, c);
                    meanOfD += g * Numbers.at(gamma, c) / width;
                    meanOfDH += g * Numbers.at(gamma, c) * h / width;
                    dGamma[c] += g * h;
                    dBeta[c] += g;
                }
                for (int c = 0; c < width; c++) {
                    double h = (Numbers.at(x, n * width + c) - mean) * r;
                    dX[n * width + c] += r * (Numbers.at(gradY, n * width + c) * Numbers.at(gamma, c) - meanOfD - h * meanOfDH);
                }
            }
            Tensor actual = Numbers.even(8, 1, rows, width);
            Tensor saved = Tensor.zeros(rows, 2);
            norm.forward(x, gamma, beta, EPS, actual, saved);
            Numbers.assertClose(y, actual, 2e-6);
            norm.backward(x, gamma, saved, gradY, gradX, gradGamma, gradBeta);
            Numbers.assertClose(dX, gradX, 1e-5);
            Numbers.assertClose(dGamma, gradGamma, 1e-5);
            Numbers.assertClose(dBeta, gradBeta, 1e-5);
            norm.backward(x, gamma, saved, gradY, null, null, null);                    // nothing wanted, nothing done
        }
    }

    @Test
    @DisplayName("1, 2 and 4 threads give the same gradients, bit for bit")
    void anyNumberOfThreads() {
        Tensor x = Numbers.even(1, 2, 999, 130);
        Tensor gamma = Numbers.even(2, 2, 130);
        Tensor gradY = Numbers.even(3, 2, 999, 130);
        Tensor expected = null;
        for (int threads : new int[] {1, 2, 4}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                VectorLayerNorm parallel = new VectorLayerNorm(pool);
                Tensor saved = Tensor.zeros(999, 2);
                parallel.forward(x, gamma, null, EPS, Tensor.zeros(999, 130), saved);
                Tensor gradGamma = Tensor.zeros(130);
                parallel.backward(x, gamma, saved, gradY, Tensor.zeros(999, 130), gradGamma, Tensor.zeros(130));
                expected = expected == null ? gradGamma : expected;
                Numbers.assertSameBits(expected, gradGamma);
            }
        }
    }

    @Test
    @DisplayName("a row of equal numbers becomes zeros; shapes that do not fit are refused")
    void ends() {
        Tensor y = Tensor.zeros(1, 3);
        norm.forward(Tensor.of(Shape.of(1, 3), 7, 7, 7), Tensor.of(Shape.of(3), 1, 1, 1), null, EPS, y, null);
        assertEquals(0, y.get(0, 1));
        assertThrows(ShapeException.class, () -> norm.forward(Tensor.zeros(2, 3), Tensor.zeros(4), null, EPS, Tensor.zeros(2, 3), null));
    }

    private static double[] doubles(Tensor t) {
        double[] doubles = new double[(int) t.size()];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = Numbers.at(t, i);
        }
        return doubles;
    }
}
