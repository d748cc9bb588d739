package org.llmsys.vector.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.layers.Activation;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

class VectorActivationsTest {

    private record Case(String name, Activation activation, DoubleUnaryOperator function) {
    }

    private static final List<Case> CASES = List.of(
            new Case("gelu", new VectorGelu(WorkerPool.SERIAL), x -> x * normalBelow(x)),
            new Case("gelu-tanh", new VectorGeluTanh(WorkerPool.SERIAL),
                    x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
            new Case("silu", new VectorSilu(WorkerPool.SERIAL), x -> x / (1 + Math.exp(-x))),
            new Case("sigmoid", new VectorSigmoid(WorkerPool.SERIAL), x -> 1 / (1 + Math.exp(-x))),
            new Case("tanh", new VectorTanh(WorkerPool.SERIAL), Math::tanh),
            new Case("relu", new VectorRelu(WorkerPool.SERIAL), x -> Math.max(0, x)));

    @Test
    @DisplayName("gelu(0) = 0, gelu(1) = 0.841345 (the normal distribution below 1), gelu(-1) = -0.158655")
    void geluByHand() {
        Tensor y = Tensor.zeros(3);
        CASES.getFirst().activation.forward(Tensor.of(Shape.of(3), 0, 1, -1), y);
        assertEquals(0, y.get(0));
        assertEquals(0.841345, y.get(1), 1e-6);
        assertEquals(-0.158655, y.get(2), 1e-6);
    }

    @Test
    @DisplayName("the error function behind gelu is within 5e-7, from -10 to 10")
    void erf() {
        Tensor x = Tensor.zeros(20_001);
        for (int i = 0; i < x.size(); i++) {
            x.floats()[i] = (i - 10_000) / 1000f;
        }
        Tensor y = Tensor.zeros(20_001);
        CASES.getFirst().activation.forward(x, y);
        for (int i = 0; i < x.size(); i++) {
            double given = Numbers.at(x, i);
            if (Math.abs(given) > 0.01) {                                               // erf(x/√2) = 2 y/x - 1, where x is not tiny
                assertEquals(2 * normalBelow(given) - 1, 2 * Numbers.at(y, i) / given - 1, 5e-7, "at " + given);
            }
        }
    }

    @Test
    @DisplayName("forward is the function to 4e-7 of the size, for awkward sizes, offsets and inputs far out")
    void forward() {
        for (Case c : CASES) {
            for (int size : new int[] {0, 1, 13, 16, 207}) {
                for (double far : new double[] {1, 5, 100}) {
                    Tensor x = Numbers.even(1, far, size);
                    Tensor y = Numbers.even(2, 1, size);
                    c.activation.forward(x, y);
                    for (int i = 0; i < size; i++) {
                        double given = Numbers.at(x, i);
                        assertEquals(c.function.applyAsDouble(given), Numbers.at(y, i), 4e-7 * Math.max(1, Math.abs(given)), c.name + " of " + given);
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("backward adds gradY times the slope that finite differences give")
    void backward() {
        for (Case c : CASES) {
            for (double far : new double[] {1, 5, 100}) {
                Tensor x = Numbers.even(3, far, 207);
                Tensor gradY = Numbers.even(4, 1, 207);
                Tensor gradX = Numbers.even(5, 1, 207);
                Tensor before = gradX.copy();
                Tensor y = Tensor.zeros(207);
                c.activation.forward(x, y);
                c.activation.backward(x, y, gradY, gradX);
                for (int i = 0; i < 207; i++) {
                    double given = Numbers.at(x, i);
                    double slope = (c.function.applyAsDouble(given + 1e-5) - c.function.applyAsDouble(given - 1e-5)) / 2e-5;
                    assertEquals(Numbers.at(before, i) + Numbers.at(gradY, i) * slope, Numbers.at(gradX, i), 2e-6, c.name + " at " + given);
                }
            }
        }
    }

    @Test
    @DisplayName("without accumulating, backward overwrites, for whole registers and the rest")
    void overwrites() {
        for (Case c : CASES) {
            Tensor x = Numbers.even(3, 2, 37);
            Tensor y = Tensor.zeros(37);
            c.activation.forward(x, y);
            Tensor added = Tensor.zeros(37);
            Tensor overwritten = Tensor.zeros(37);
            Arrays.fill(overwritten.floats(), Float.NaN);
            c.activation.backward(x, y, x, added);
            c.activation.backward(x, y, x, overwritten, false);
            Numbers.assertSameBits(added, overwritten);
        }
    }

    @Test
    @DisplayName("tanh keeps its digits near 0, where it is x, and is exactly 1 far out")
    void tanhNearZero() {
        Tensor x = Tensor.of(Shape.of(7), 1e-20f, -1e-6f, 1e-3f, 0.6249f, 0.6251f, 20, Float.POSITIVE_INFINITY);
        Tensor y = Tensor.zeros(7);
        new VectorTanh(WorkerPool.SERIAL).forward(x, y);
        for (int i = 0; i < 7; i++) {
            assertEquals(Math.tanh(x.get(i)), y.get(i), 2e-7 * Math.abs(Math.tanh(x.get(i))), "tanh of " + x.get(i));
        }
    }

    @Test
    @DisplayName("1, 2 and 4 threads give the same bits, both ways")
    void anyNumberOfThreads() {
        Tensor x = Numbers.even(6, 3, 100_003);
        List<Function<WorkerPool, Activation>> all = List.of(VectorGelu::new, VectorGeluTanh::new, VectorSilu::new, VectorSigmoid::new, VectorTanh::new,
                VectorRelu::new);
        for (Function<WorkerPool, Activation> activation : all) {
            Tensor expected = Tensor.zeros(100_003);
            Tensor slopes = Tensor.zeros(100_003);
            activation.apply(WorkerPool.SERIAL).forward(x, expected);
            activation.apply(WorkerPool.SERIAL).backward(x, expected, x, slopes);
            for (int threads : new int[] {2, 4}) {
                try (WorkerPool pool = WorkerPool.of(threads)) {
                    Tensor y = Tensor.zeros(100_003);
                    Tensor gradX = Tensor.zeros(100_003);
                    activation.apply(pool).forward(x, y);
                    activation.apply(pool).backward(x, y, x, gradX);
                    Numbers.assertSameBits(expected, y);
                    Numbers.assertSameBits(slopes, gradX);
                }
            }
        }
    }

    @Test
    @DisplayName("tensors of two shapes are refused")
    void refusesTwoShapes() {
        for (Case c : CASES) {
            assertThrows(ShapeException.class, () -> c.activation.forward(Tensor.zeros(2), Tensor.zeros(3)));
            assertThrows(ShapeException.class, () -> c.activation.backward(Tensor.zeros(2), Tensor.zeros(2), Tensor.zeros(3), Tensor.zeros(2)));
        }
    }

    /** Φ(x) by its power series near 0 and Laplace's continued fraction further out. */
    private static double normalBelow(double x) {
        double bell = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
        if (Math.abs(x) > 4) {
            double fraction = Math.abs(x);
            for (int n = 60; n > 0; n--) {
                fraction = Math.abs(x) + n / fraction;
            }
            return x < 0 ? bell / fraction : 1 - bell / fraction;
        }
        double sum = 0;
        double term = x;
        for (int n = 1; n < 200; n++) {
            sum += term;
            term *= x * x / (2 * n + 1);
        }
        return 0.5 + sum * bell;
    }
}
