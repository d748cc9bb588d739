package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReadmeTest {

    @Test
    @DisplayName("the README's example prints what the README says")
    void example() {
        Tensor x = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        assertEquals("F32 (3, 2)\n[[1, 4],\n [2, 5],\n [3, 6]]", x.transpose(0, 1).toString());
        Tensor mean = x.mean(true, 1);
        Expect.tensor(mean, Shape.of(2, 1), 2, 5);
        assertEquals("F32 (2)\n[0.66667, 0.66667]", x.sub(mean).pow(2).mean(false, 1).toString());
    }

    @Test
    @DisplayName("the README's example of block types, functions and reductions prints what the README says")
    void typesAndFunctions() {
        Tensor weights = Tensor.of(Shape.of(1, 32), new float[32]);
        weights.set(1, 0, 5);
        weights.set(-0.3, 0, 6);
        assertEquals("-0.29919434", Float.toString(weights.to(DType.Q8_0).slice(1, 0, 32).get(0, 6)));
        Tensor x = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        assertEquals("F32 (2)\n[1.2469, 1.2531]", x.map(UnaryFunction.SIN).reduce(Reduction.L2, false, 1).toString());
    }

    @Test
    @DisplayName("the README's second exercise: of -15.5 to 15.5 in Q4_0 the first is exact, the last a step of 15.5/8 too small")
    void quantizedRow() {
        Tensor row = Expect.counting(1, 32);
        Tensor back = row.sub(row.scalar(15.5)).to(DType.Q4_0).to(DType.F32);
        assertEquals(-15.5f, back.get(0, 0));
        assertEquals(15.5f - 15.5f / 8, back.get(0, 31));
    }

    @Test
    @DisplayName("the README's table of views and its exercise hold")
    void views() {
        Tensor x = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Tensor row = x.select(0, 1);
        assertEquals(3, row.offset());
        assertEquals(0, row.expand(Shape.of(4, 3)).stride(0));
        assertArrayEquals(new long[] {3, -1}, x.flip(1).strides());
        assertEquals(2, x.flip(1).offset());
        assertArrayEquals(new long[] {3, 2}, x.slice(1, 0, 3, 2).strides());
        assertThrows(ShapeException.class, () -> x.transpose(0, 1).reshape(6));
        Expect.tensor(x.transpose(0, 1).reshape(3, 2, 1), Shape.of(3, 2, 1), 1, 4, 2, 5, 3, 6);
    }
}
