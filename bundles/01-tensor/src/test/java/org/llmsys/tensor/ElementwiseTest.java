package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.llmsys.tensor.Expect.counting;

import java.util.EnumMap;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.llmsys.assembly.Problem;

class ElementwiseTest {

    @Test
    @DisplayName("a column (2,1) and a row (3) broadcast to (2,3)")
    void broadcasts() {
        Tensor column = Tensor.of(Shape.of(2, 1), 10, 20);
        Tensor row = Tensor.of(Shape.of(3), 1, 2, 4);
        Expect.tensor(column.add(row), Shape.of(2, 3), 11, 12, 14, 21, 22, 24);
        Expect.tensor(column.sub(row), Shape.of(2, 3), 9, 8, 6, 19, 18, 16);
        Expect.tensor(column.mul(row), Shape.of(2, 3), 10, 20, 40, 20, 40, 80);
        Expect.tensor(column.div(row), Shape.of(2, 3), 10, 5, 2.5, 20, 10, 5);
        Expect.tensor(row.pow(column.div(column)), Shape.of(2, 3), 1, 2, 4, 1, 2, 4);
        Expect.tensor(column.maximum(Tensor.of(Shape.of(), 15)), Shape.of(2, 1), 15, 20);
    }

    @Test
    @DisplayName("operands may be transposed views, empty, or scalars")
    void awkwardOperands() {
        Tensor x = counting(2, 3);
        Expect.tensor(x.transpose(0, 1).add(x.transpose(0, 1)), Shape.of(3, 2), 0, 6, 2, 8, 4, 10);
        Expect.tensor(Tensor.zeros(0, 3).add(Tensor.zeros(1, 3)), Shape.of(0, 3));
        Expect.tensor(Tensor.of(Shape.of(), 2).mul(Tensor.of(Shape.of(), 3)), Shape.of(), 6);
        assertThrows(ShapeException.class, () -> x.add(Tensor.zeros(2)));
    }

    @Test
    @DisplayName("integers stay exact beyond 2^53, wrap around, truncate when divided, and refuse division by zero")
    void wholeNumbers() {
        Tensor large = Tensor.ofLongs(Shape.of(2), (1L << 60) + 1, Long.MAX_VALUE);
        Tensor one = Tensor.ofLongs(Shape.of(1), 1);
        assertEquals((1L << 60) + 2, large.add(one).getLong(0));
        assertEquals(Long.MIN_VALUE, large.add(one).getLong(1));
        assertEquals(Integer.MIN_VALUE, Tensor.ofInts(Shape.of(1), Integer.MAX_VALUE).add(Tensor.ofInts(Shape.of(1), 1)).getLong(0));
        Expect.tensor(Tensor.ofInts(Shape.of(2), -7, 7).div(Tensor.ofInts(Shape.of(1), 2)), Shape.of(2), -3, 3);
        assertThrows(Problem.class, () -> large.div(Tensor.ofLongs(Shape.of(1), 0)));
        Expect.tensor(Tensor.of(Shape.of(2), 1, -1).div(Tensor.zeros(1)), Shape.of(2), Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    }

    @Test
    @DisplayName("types do not mix by themselves, and functions of real numbers refuse integers")
    void types() {
        Problem mixed = assertThrows(Problem.class, () -> counting(2).add(Tensor.ofInts(Shape.of(2), 1, 2)));
        assertTrue(mixed.getMessage().contains("F32 (2) and I32 (2)"), mixed.getMessage());
        assertThrows(Problem.class, () -> Tensor.ofInts(Shape.of(1), 1).exp());
        assertEquals(DType.F64, Tensor.ofDoubles(Shape.of(1), 1).exp().dtype());
    }

    @Test
    @DisplayName("unary functions at points everybody knows, and at the edges")
    void unary() {
        Expect.tensor(Tensor.of(Shape.of(2), 0, 1).exp(), Shape.of(2), 1, (float) Math.E);
        Expect.tensor(Tensor.of(Shape.of(3), 1, 0, -1).log(), Shape.of(3), 0, Double.NEGATIVE_INFINITY, Double.NaN);
        Expect.tensor(Tensor.of(Shape.of(2), 0, 100).tanh(), Shape.of(2), 0, 1);
        Expect.tensor(Tensor.of(Shape.of(2), 9, -1).sqrt(), Shape.of(2), 3, Double.NaN);
        Expect.tensor(Tensor.of(Shape.of(2), 3, -2).pow(2), Shape.of(2), 9, 4);
        Expect.tensor(Tensor.of(Shape.of(3), 1, 0, -3).neg(), Shape.of(3), -1, -0.0, 3);
        Expect.tensor(Tensor.ofLongs(Shape.of(1), 5).neg(), Shape.of(1), -5);
        Expect.tensor(counting(2, 2).transpose(0, 1).sqrt().pow(2.0), Shape.of(2, 2),
                0, (float) Math.pow((float) Math.sqrt(2), 2), 1, (float) Math.pow((float) Math.sqrt(3), 2));
        Expect.tensor(Tensor.zeros(0).exp(), Shape.of(0));
    }

    @Test
    @DisplayName("pow takes exponents of another type; whole to the power of whole is exact, and refuses a negative exponent")
    void powers() {
        Tensor whole = Tensor.ofLongs(Shape.of(3), 3, -2, 0);
        assertEquals(4052555153018976267L, whole.pow(Tensor.ofInts(Shape.of(1), 39)).getLong(0));
        Expect.tensor(whole.pow(Tensor.ofInts(Shape.of(3), 0, 3, 0)), Shape.of(3), 1, -8, 1);
        Tensor root = Tensor.ofInts(Shape.of(2), 9, 8).pow(Tensor.of(Shape.of(), 0.5f));
        assertEquals(DType.I32, root.dtype());
        Expect.tensor(root, Shape.of(2), 3, 2);
        Expect.tensor(Tensor.of(Shape.of(2), 2, 0.5f).pow(Tensor.ofLongs(Shape.of(2), 10, -1)), Shape.of(2), 1024, 2);
        assertThrows(Problem.class, () -> whole.pow(Tensor.ofInts(Shape.of(1), -1)));
    }

    @Test
    @DisplayName("minimum and maximum by a scalar clip; NaN stays NaN")
    void clips() {
        Tensor x = Tensor.of(Shape.of(4), -5, 0.5f, 7, Float.NaN);
        Expect.tensor(x.maximum(x.scalar(-1)).minimum(x.scalar(1)), Shape.of(4), -1, 0.5, 1, Double.NaN);
    }

    @Test
    @DisplayName("every function of UnaryFunction agrees with numpy's values; those of whole numbers keep their type")
    void functions() {
        Map<UnaryFunction, double[]> expected = new EnumMap<>(UnaryFunction.class);
        expected.put(UnaryFunction.NEG, new double[] {1.5, 0.25, -2.5});
        expected.put(UnaryFunction.ABS, new double[] {1.5, 0.25, 2.5});
        expected.put(UnaryFunction.SIGN, new double[] {-1, -1, 1});
        expected.put(UnaryFunction.RECIPROCAL, new double[] {-0.66666666666666663, -4, 0.4});
        expected.put(UnaryFunction.SQRT, new double[] {Double.NaN, Double.NaN, 1.5811388300841898});
        expected.put(UnaryFunction.EXP, new double[] {0.22313016014842982, 0.77880078307140488, 12.182493960703473});
        expected.put(UnaryFunction.LOG, new double[] {Double.NaN, Double.NaN, 0.91629073187415511});
        expected.put(UnaryFunction.SIN, new double[] {-0.9974949866040544, -0.24740395925452294, 0.5984721441039561});
        expected.put(UnaryFunction.COS, new double[] {0.070737201667702906, 0.96891242171064473, -0.80114361554693370});
        expected.put(UnaryFunction.TANH, new double[] {-0.90514825364486640, -0.24491866240370913, 0.98661429815143031});
        expected.put(UnaryFunction.ERF, new double[] {-0.96610514647531076, -0.27632639016823696, 0.99959304798255499});
        expected.put(UnaryFunction.SIGMOID, new double[] {0.18242552380635635, 0.43782349911420193, 0.92414181997875655});
        expected.put(UnaryFunction.FLOOR, new double[] {-2, -1, 2});
        expected.put(UnaryFunction.CEIL, new double[] {-1, 0, 3});
        expected.put(UnaryFunction.ROUND, new double[] {-2, 0, 2});
        Tensor x = Tensor.ofDoubles(Shape.of(3), -1.5, -0.25, 2.5);
        for (UnaryFunction function : UnaryFunction.values()) {
            assertArrayEquals(expected.get(function), Expect.elements(x.map(function)), 1e-14, function.name());
        }
        Tensor whole = Tensor.ofLongs(Shape.of(2), -((1L << 60) + 1), 7);
        assertEquals((1L << 60) + 1, whole.abs().getLong(0));
        Expect.tensor(whole.map(UnaryFunction.SIGN), Shape.of(2), -1, 1);
        assertThrows(Problem.class, () -> whole.map(UnaryFunction.SIN));
    }

    @Test
    @DisplayName("comparisons give 1 and 0, exactly for whole numbers; nothing but 'not equal' holds for NaN")
    void comparisons() {
        Tensor x = Tensor.of(Shape.of(4), 1, 2, 3, Float.NaN);
        Tensor two = Tensor.of(Shape.of(1), 2);
        double[][] expected = {{0, 1, 0, 0}, {1, 0, 1, 1}, {1, 0, 0, 0}, {1, 1, 0, 0}, {0, 0, 1, 0}, {0, 1, 1, 0}};
        for (Comparison comparison : Comparison.values()) {
            Tensor holds = x.compare(comparison, two);
            assertEquals(DType.I32, holds.dtype());
            Expect.tensor(holds, Shape.of(4), expected[comparison.ordinal()]);
        }
        Tensor large = Tensor.ofLongs(Shape.of(1), (1L << 60) + 1);
        assertEquals(1, large.compare(Comparison.GREATER, Tensor.ofLongs(Shape.of(1), 1L << 60)).getLong(0));
        assertEquals(1, large.compare(Comparison.EQUAL, large).getLong(0));
        Expect.tensor(Tensor.where(x.compare(Comparison.LESS, two), x, two), Shape.of(4), 1, 2, 2, 2);
        assertThrows(Problem.class, () -> x.compare(Comparison.EQUAL, large));
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    @DisplayName("16-bit types compute by way of a double and round once: 1/3 has the nearest 16-bit number")
    void halves(DType dtype) {
        Tensor x = Tensor.ofDoubles(Shape.of(2, 1), 1, 3).to(dtype);
        Tensor third = x.div(x.scalar(3));
        assertEquals(dtype, third.dtype());
        Expect.tensor(third, Shape.of(2, 1), dtype == DType.F16 ? 0.333251953125 : 0.333984375, 1);
        Expect.tensor(x.expand(Shape.of(2, 2)).sum(false), Shape.of(), 8);
        Expect.tensor(x.exp(), Shape.of(2, 1), dtype == DType.F16 ? 2.71875 : 2.71875, dtype == DType.F16 ? 20.078125 : 20.125);
        assertThrows(Problem.class, () -> x.add(Tensor.zeros(2, 1)));
    }

    @Test
    @DisplayName("where chooses by a broadcast condition and does not look at what it leaves")
    void where() {
        Tensor condition = Tensor.ofInts(Shape.of(2, 1), 1, 0);
        Tensor a = Tensor.of(Shape.of(2), 1, 2);
        Tensor b = Tensor.of(Shape.of(), Float.NaN);
        Expect.tensor(Tensor.where(condition, a, b), Shape.of(2, 2), 1, 2, Double.NaN, Double.NaN);
        Tensor large = Tensor.ofLongs(Shape.of(1), Long.MAX_VALUE);
        assertEquals(Long.MAX_VALUE, Tensor.where(Tensor.ofInts(Shape.of(1), 1), large, large).getLong(0));
    }

    @ParameterizedTest(name = "erf({0}) = {1}")
    @DisplayName("the error function agrees with tabulated values to a relative 1e-14")
    @CsvSource({"1e-300, 1.1283791670955126e-300", "0.1, 0.1124629160182849", "0.5, 0.5204998778130465", "1, 0.8427007929497149",
        "1.5, 0.9661051464753108", "2, 0.9953222650189527", "3, 0.9999779095030014", "4, 0.9999999845827421",
        "5, 0.9999999999984626", "5.9, 0.9999999999999999", "6, 1", "Infinity, 1", "0, 0"})
    void erf(double x, double expected) {
        assertEquals(expected, ErrorFunction.erf(x), 1e-14 * expected);
        assertEquals(-expected, ErrorFunction.erf(-x), 1e-14 * expected);
    }

    @Test
    @DisplayName("the error function of NaN is NaN")
    void erfOfNaN() {
        assertEquals(Double.NaN, ErrorFunction.erf(Double.NaN));
    }
}
