package org.llmsys.vector.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.layers.Softmax;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

class VectorSoftmaxTest {

    private static final float NEVER = Float.NEGATIVE_INFINITY;
    private static final int[][] SIZES = {{0, 5}, {5, 0}, {1, 1}, {3, 13}, {4, 16}, {7, 65}, {2, 207}, {1, 3000}};

    private final Softmax softmax = new VectorSoftmax(WorkerPool.SERIAL);
    private final Softmax logSoftmax = new VectorLogSoftmax(WorkerPool.SERIAL);

    @Test
    @DisplayName("forward is the formula in double, to 1e-6, for awkward widths; x may be y")
    void forward() {
        for (int[] size : SIZES) {
            Tensor x = Numbers.even(1, 6, size[0], size[1]);
            double[] p = exact(x, size[1]);
            double[] log = Arrays.stream(p).map(Math::log).toArray();
            Tensor y = Numbers.even(2, 1, size[0], size[1]);
            softmax.forward(x, y);
            Numbers.assertClose(p, y, 1e-6);
            logSoftmax.forward(x, y);
            Numbers.assertClose(log, y, 1e-6);
            Tensor inPlace = x.copy();
            softmax.forward(inPlace, inPlace);
            Numbers.assertClose(p, inPlace, 1e-6);
        }
    }

    @Test
    @DisplayName("backward adds the formula in double, to 3e-6 of the numbers that are added up")
    void backward() {
        for (int[] size : SIZES) {
            int width = size[1];
            Tensor x = Numbers.even(1, 6, size[0], width);
            Tensor gradY = Numbers.even(3, 1, size[0], width);
            double[] p = exact(x, width);
            double[] slopes = new double[p.length];
            double[] logSlopes = new double[p.length];
            Tensor gradX = Numbers.even(4, 1, size[0], width);
            Tensor gradLog = gradX.copy();
            for (int i = 0; i < p.length; i++) {
                double mean = 0;
                double total = 0;
                for (int u = i / width * width; u < (i / width + 1) * width; u++) {
                    mean += p[u] * Numbers.at(gradY, u);
                    total += Numbers.at(gradY, u);
                }
                slopes[i] = Numbers.at(gradX, i) + p[i] * (Numbers.at(gradY, i) - mean);
                logSlopes[i] = Numbers.at(gradX, i) + Numbers.at(gradY, i) - p[i] * total;
            }
            Tensor y = Tensor.zeros(size[0], width);
            softmax.forward(x, y);
            softmax.backward(y, gradY, gradX);
            Numbers.assertClose(slopes, gradX, 3e-6);
            logSoftmax.forward(x, y);
            logSoftmax.backward(y, gradY, gradLog);
            Numbers.assertClose(logSlopes, gradLog, 3e-6);
        }
    }

    @Test
    @DisplayName("scores of 1000 do not overflow, minus infinity has probability 0, a row of nothing else only zeros and no slope; NaN stays NaN")
    void ends() {
        Tensor x = Tensor.of(Shape.of(4, 3), 1000, 0, -1000, NEVER, 5, 5, NEVER, NEVER, NEVER, 1, Float.NaN, 2);
        Tensor y = Tensor.zeros(4, 3);
        softmax.forward(x, y);
        Numbers.assertClose(new double[] {1, 0, 0, 0, 0.5, 0.5, 0, 0, 0}, y.slice(0, 0, 3), 1e-7);
        assertTrue(Float.isNaN(y.get(3, 0)));
        logSoftmax.forward(x, y);
        assertEquals(-1000, y.get(0, 1));
        assertEquals(NEVER, y.get(1, 0));
        assertEquals(NEVER, y.get(2, 1));
        Tensor gradX = Tensor.zeros(4, 3);
        logSoftmax.backward(y, Numbers.even(1, 1, 4, 3), gradX);
        assertEquals(0, gradX.get(2, 0));
    }

    @Test
    @DisplayName("1, 2 and 4 threads give the same bits, both ways")
    void anyNumberOfThreads() {
        Tensor x = Numbers.even(6, 3, 700, 65);
        List<Function<WorkerPool, Softmax>> both = List.of(VectorSoftmax::new, VectorLogSoftmax::new);
        for (Function<WorkerPool, Softmax> each : both) {
            Tensor expected = Tensor.zeros(700, 65);
            Tensor slopes = Tensor.zeros(700, 65);
            each.apply(WorkerPool.SERIAL).forward(x, expected);
            each.apply(WorkerPool.SERIAL).backward(expected, x, slopes);
            for (int threads : new int[] {2, 4}) {
                try (WorkerPool pool = WorkerPool.of(threads)) {
                    Tensor y = Tensor.zeros(700, 65);
                    Tensor gradX = Tensor.zeros(700, 65);
                    each.apply(pool).forward(x, y);
                    each.apply(pool).backward(y, x, gradX);
                    Numbers.assertSameBits(expected, y);
                    Numbers.assertSameBits(slopes, gradX);
                }
            }
        }
    }

    @Test
    @DisplayName("shapes that differ and scalars are refused")
    void refusals() {
        assertThrows(ShapeException.class, () -> softmax.forward(Tensor.zeros(2, 3), Tensor.zeros(3, 2)));
        assertThrows(ShapeException.class, () -> softmax.backward(Tensor.zeros(2), Tensor.zeros(2), Tensor.zeros(3)));
        assertThrows(ShapeException.class, () -> logSoftmax.forward(Tensor.zeros(), Tensor.zeros()));
    }

    private static double[] exact(Tensor x, int width) {
        double[] p = new double[Math.toIntExact(x.size())];
        for (int i = 0; i < p.length; i++) {
            double sum = 0;
            for (int u = i / width * width; u < (i / width + 1) * width; u++) {
                sum += Math.exp(Numbers.at(x, u));
            }
            p[i] = Math.exp(Numbers.at(x, i)) / sum;
        }
        return p;
    }
}
