package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.llmsys.tensor.Expect.counting;

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
    @DisplayName("of no elements: the sum is 0, the mean NaN, a largest there is not; no results need no elements")
    void empty() {
        Expect.tensor(Tensor.zeros(2, 0).sum(false, 1), Shape.of(2), 0, 0);
        Expect.tensor(Tensor.zeros(0).mean(false), Shape.of(), Double.NaN);
        assertThrows(ShapeException.class, () -> Tensor.zeros(2, 0).max(false, 1));
        assertThrows(ShapeException.class, () -> Tensor.zeros(0).argmax(false));
        Expect.tensor(Tensor.zeros(0, 0).max(false, 1), Shape.of(0));
        Expect.tensor(Tensor.of(Shape.of(), 7).max(true), Shape.of(), 7);
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
