package org.llmsys.vector.normalization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.normalization.Normalization;
import org.llmsys.normalization.internal.RmsNorm;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

/** The formulas in double are the kit's contract and the reference's; here is what they do not ask. */
class VectorRmsNormTest {

    private static final float EPS = 1e-5f;
    private final Normalization norm = new VectorRmsNorm(WorkerPool.SERIAL);

    @Test
    @DisplayName("(1, 7) has mean square 25: it becomes (0.2, 1.4); with gamma 10 and beta 1 (3, 15); 0 and 1/rms are saved")
    void byHand() {
        Tensor y = Tensor.zeros(1, 2);
        Tensor saved = Tensor.zeros(1, 2);
        Tensor x = Tensor.of(Shape.of(1, 2), 1, 7);
        norm.forward(x, Tensor.of(Shape.of(2), 1, 1), null, 1e-12f, y, saved);
        Numbers.assertClose(new double[] {0.2, 1.4}, y, 1e-6);
        Numbers.assertClose(new double[] {0, 0.2}, saved, 1e-6);
        norm.forward(x, Tensor.of(Shape.of(2), 10, 10), Tensor.of(Shape.of(2), 1, 1), 1e-12f, y, null);
        Numbers.assertClose(new double[] {3, 15}, y, 1e-6);
    }

    @Test
    @DisplayName("forward is within 2e-6 and backward within 1e-5 of the reference, which sums in double, for awkward widths, at an offset")
    void asTheReference() {
        RmsNorm reference = new RmsNorm();
        for (int[] size : new int[][] {{0, 4}, {1, 1}, {3, 13}, {5, 128}, {300, 207}, {2, 4099}}) {
            int rows = size[0];
            int width = size[1];
            Tensor x = Numbers.even(1, 2, rows, width);
            Tensor gamma = Numbers.even(2, 2, width);
            Tensor beta = Numbers.even(3, 2, width);
            Tensor gradY = Numbers.even(4, 1, rows, width);
            Tensor[] y = {Numbers.even(8, 1, rows, width), Numbers.even(9, 1, rows, width)};
            Tensor[] saved = {Tensor.zeros(rows, 2), Tensor.zeros(rows, 2)};
            Tensor[][] gradients = new Tensor[2][];
            Normalization[] norms = {reference, norm};
            for (int i = 0; i < 2; i++) {
                norms[i].forward(x, gamma, beta, EPS, y[i], saved[i]);
                gradients[i] = new Tensor[] {Numbers.even(5, 1, rows, width), Numbers.even(6, 1, width), Numbers.even(7, 1, width)};
                norms[i].backward(x, gamma, saved[i], gradY, gradients[i][0], gradients[i][1], gradients[i][2]);
            }
            Numbers.assertClose(doubles(y[0]), y[1], 2e-6);
            Numbers.assertClose(doubles(saved[0]), saved[1], 1e-6);
            for (int i = 0; i < 3; i++) {
                Numbers.assertClose(doubles(gradients[0][i]), gradients[1][i], 1e-5);
            }
            norm.backward(x, gamma, saved[1], gradY, null, null, null);                     // nothing wanted, nothing done
        }
    }

    @Test
    @DisplayName("1, 2 and 4 threads give the same gradients, bit for bit, and a row alone the bits that it gets among others")
    void anyNumberOfThreads() {
        Tensor x = Numbers.even(1, 2, 999, 130);
        Tensor gamma = Numbers.even(2, 2, 130);
        Tensor gradY = Numbers.even(3, 2, 999, 130);
        Tensor expected = null;
        for (int threads : new int[] {1, 2, 4}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                Normalization parallel = new VectorRmsNorm(pool);
                Tensor saved = Tensor.zeros(999, 2);
                Tensor y = Tensor.zeros(999, 130);
                parallel.forward(x, gamma, null, EPS, y, saved);
                Tensor alone = Tensor.zeros(1, 130);
                parallel.forward(x.slice(0, 500, 501), gamma, null, EPS, alone, null);
                Numbers.assertSameBits(y.slice(0, 500, 501).copy(), alone);
                Tensor gradGamma = Tensor.zeros(130);
                parallel.backward(x, gamma, saved, gradY, Tensor.zeros(999, 130), gradGamma, null);
                expected = expected == null ? gradGamma : expected;
                Numbers.assertSameBits(expected, gradGamma);
            }
        }
    }

    @Test
    @DisplayName("zeros become beta; shapes that do not fit are refused by the name rmsnorm")
    void ends() {
        Tensor y = Tensor.zeros(1, 3);
        norm.forward(Tensor.zeros(1, 3), Tensor.of(Shape.of(3), 1, 1, 1), Tensor.of(Shape.of(3), 1, 2, 3), EPS, y, null);
        assertEquals(2, y.get(0, 1));
        ShapeException e = assertThrows(ShapeException.class,
                () -> norm.forward(Tensor.zeros(2, 3), Tensor.zeros(4), null, EPS, Tensor.zeros(2, 3), null));
        assertTrue(e.getMessage().contains("rmsnorm"), e.getMessage());
    }

    private static double[] doubles(Tensor t) {
        return IntStream.range(0, (int) t.size()).mapToDouble(i -> Numbers.at(t, i)).toArray();
    }
}
