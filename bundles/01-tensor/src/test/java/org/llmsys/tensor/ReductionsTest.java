package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.llmsys.tensor.Expect.counting;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;

class ReductionsTest {

    @Test
    @DisplayName("0..5 as (2,3): sums over rows, columns, both, none named, with and without the axis kept")
    void sums() {
        Tensor x = counting(2, 3);
        Expect.tensor(x.sum(false, 0), Shape.of(3), 3, 5, 7);
        Expect.tensor(x.sum(true, -1), Shape.of(2, 1), 3, 12);
        Expect.tensor(x.sum(false, 0, 1), Shape.of(), 15);
        Expect.tensor(x.sum(true), Shape.of(1, 1), 15);
        Expect.tensor(x.transpose(0, 1).sum(false, 0), Shape.of(2), 3, 12);
        Expect.tensor(x.mean(false, 1), Shape.of(2), 1, 4);
        Expect.tensor(counting(2, 3, 4).sum(false, 0, 2), Shape.of(3), 60, 92, 124);
        assertThrows(ShapeException.class, () -> x.sum(false, 0, -2));
    }

    @Test
    @DisplayName("sums are taken in double: 2^24 and then ten ones in F32 lose nothing")
    void sumsInDouble() {
        Tensor x = Tensor.zeros(11);
        x.floats()[0] = 1 << 24;
        for (int i = 1; i < 11; i++) {
            x.floats()[i] = 1;
        }
        Expect.tensor(x.sum(false), Shape.of(), (1 << 24) + 10);
    }

    @Test
    @DisplayName("integers are summed in 64 bits, exactly; their mean is refused")
    void wholeNumbers() {
        assertEquals((1L << 60) + 1, Tensor.ofLongs(Shape.of(2), 1L << 60, 1).sum(false).getLong());
        assertThrows(Problem.class, () -> Tensor.ofLongs(Shape.of(2), 1, 2).mean(false));
    }

    @Test
    @DisplayName("of no elements: the sum is 0, the mean NaN, the largest negative infinity, of whole numbers there is none, nor a place")
    void empty() {
        Expect.tensor(Tensor.zeros(2, 0).sum(false, 1), Shape.of(2), 0, 0);
        Expect.tensor(Tensor.zeros(0).mean(false), Shape.of(), Double.NaN);
        Expect.tensor(Tensor.zeros(2, 0).max(false, 1), Shape.of(2), Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY);
        Expect.tensor(Tensor.zeros(0).min(true), Shape.of(1), Double.POSITIVE_INFINITY);
        assertThrows(ShapeException.class, () -> Tensor.ofInts(Shape.of(0)).max(false));
        assertThrows(ShapeException.class, () -> Tensor.ofInts(Shape.of(0)).argmin(false));
        assertThrows(ShapeException.class, () -> Tensor.zeros(0).argmax(false));
        Expect.tensor(Tensor.zeros(0, 0).max(false, 1), Shape.of(0));
        Expect.tensor(Tensor.of(Shape.of(), 7).max(true), Shape.of(), 7);
    }

    @Test
    @DisplayName("every reduction of (2,3) over its columns and over a transposed view agrees with numpy; empty groups have ONNX's values")
    void everyReduction() {
        Tensor x = Tensor.ofDoubles(Shape.of(2, 3), 0.5, -2, 3, 4, 1, -1);
        Map<Reduction, double[]> expected = new EnumMap<>(Reduction.class);    // rows, then the value of no elements
        expected.put(Reduction.SUM, new double[] {1.5, 4, 0});
        expected.put(Reduction.PROD, new double[] {-3, -4, 1});
        expected.put(Reduction.MAX, new double[] {3, 4, Double.NEGATIVE_INFINITY});
        expected.put(Reduction.MIN, new double[] {-2, -1, Double.POSITIVE_INFINITY});
        expected.put(Reduction.SUM_OF_SQUARES, new double[] {13.25, 18, 0});
        expected.put(Reduction.L1, new double[] {5.5, 6, 0});
        expected.put(Reduction.L2, new double[] {3.6400549446402593, 4.242640687119285, 0});
        expected.put(Reduction.MEAN, new double[] {0.5, 1.3333333333333333, Double.NaN});
        expected.put(Reduction.VARIANCE, new double[] {4.166666666666667, 4.222222222222222, Double.NaN});
        expected.put(Reduction.LOG_SUM, new double[] {0.4054651081081644, 1.3862943611198906, Double.NEGATIVE_INFINITY});
        expected.put(Reduction.LOG_SUM_EXP, new double[] {3.08509724636431, 4.054985235377147, Double.NEGATIVE_INFINITY});
        for (Reduction reduction : Reduction.values()) {
            double[] rows = expected.get(reduction);
            double[] actual = Expect.elements(Tensor.concat(0, x.reduce(reduction, false, 1),
                    Tensor.zeros(DType.F64, Shape.of(1, 0)).reduce(reduction, false, 1)));
            assertArrayEquals(rows, actual, 1e-14, reduction.name());
            assertArrayEquals(Arrays.copyOf(rows, 2), Expect.elements(x.transpose(0, 1).reduce(reduction, true, 0)), 1e-14, reduction.name());
        }
        float infinity = Float.POSITIVE_INFINITY;
        Expect.tensor(Tensor.of(Shape.of(2, 2), -infinity, -infinity, 0, infinity).reduce(Reduction.LOG_SUM_EXP, false, 1), Shape.of(2), -infinity, infinity);
        Expect.tensor(Tensor.of(Shape.of(2), 1000, 1000).reduce(Reduction.LOG_SUM_EXP, false), Shape.of(), (float) (1000 + Math.log(2)));
    }

    @Test
    @DisplayName("whole numbers: products, magnitudes and extremes are exact; roots, means and logarithms are refused")
    void wholeReductions() {
        Tensor x = Tensor.ofLongs(Shape.of(3), -((1L << 60) + 1), 3, 1);
        assertEquals((1L << 60) + 5, x.reduce(Reduction.L1, false).getLong());
        assertEquals(-((1L << 60) + 1), x.min(false).getLong());
        assertEquals(3, x.max(false).getLong());
        assertEquals(11, x.slice(0, 1, 3).reduce(Reduction.SUM_OF_SQUARES, false).getLong() + 1);
        assertEquals(-3 * ((1L << 60) + 1), x.reduce(Reduction.PROD, false).getLong());
        for (Reduction real : new Reduction[] {Reduction.L2, Reduction.MEAN, Reduction.VARIANCE, Reduction.LOG_SUM, Reduction.LOG_SUM_EXP}) {
            assertThrows(Problem.class, () -> x.reduce(real, false), real.name());
        }
    }

    @Test
    @DisplayName("argmin: first of equals, NaN wins, in row-major order over several axes")
    void smallest() {
        Expect.tensor(Tensor.of(Shape.of(2, 3), 3, 1, 1, -1, Float.NaN, -9).argmin(false, 1), Shape.of(2), 1, 1);
        Expect.tensor(counting(2, 3, 4).neg().argmin(true, 0, 2), Shape.of(1, 3, 1), 7, 7, 7);
    }

    @Test
    @DisplayName("max and argmax: first of equals, NaN wins, negative infinity is a number like others, axes in row-major order")
    void largest() {
        Tensor x = Tensor.of(Shape.of(2, 3), 3, 5, 5, -1, Float.NaN, 9);
        Expect.tensor(x.max(false, 1), Shape.of(2), 5, Double.NaN);
        Expect.tensor(x.argmax(true, 1), Shape.of(2, 1), 1, 1);
        Expect.tensor(counting(2, 3).transpose(0, 1).argmax(false), Shape.of(), 5);
        Expect.tensor(counting(2, 3, 4).argmax(false, 0, 2), Shape.of(3), 7, 7, 7);
        Tensor masked = Tensor.of(Shape.of(2), Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY);
        Expect.tensor(masked.argmax(false), Shape.of(), 0);
        Tensor close = Tensor.ofLongs(Shape.of(2), Long.MAX_VALUE - 1, Long.MAX_VALUE);
        assertEquals(1, close.argmax(false).getLong());
        assertEquals(Long.MAX_VALUE, close.max(false).getLong());
    }
}
