package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.llmsys.tensor.Expect.counting;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        assertThrows(Problem.class, () -> Tensor.ofInts(Shape.of(1), 1).pow(Tensor.ofInts(Shape.of(1), 1)));
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
