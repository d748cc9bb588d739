package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class GradientClippingTest {

    @Test
    @DisplayName("(3) and (0, 4) are together 5 long; clipped to 1 they are (0.6) and (0, 0.8)")
    void scalesAllByOneFactor() {
        Tensor a = Tensor.of(Shape.of(1), 3);
        Tensor b = Tensor.of(Shape.of(2), 0, 4);
        assertEquals(5, GradientClipping.clip(List.of(a, b), 1));
        assertArrayEquals(new float[] {0.6f}, a.floats());
        assertArrayEquals(new float[] {0, 0.8f}, b.floats());
    }

    @Test
    @DisplayName("what is short enough stays bit for bit; a view is clipped within its bounds")
    void leavesShortOnes() {
        Tensor whole = Tensor.of(Shape.of(4), 9, 3, 4, 9);
        Tensor middle = whole.slice(0, 1, 3);
        assertEquals(5, GradientClipping.clip(List.of(middle), 5));
        assertArrayEquals(new float[] {9, 3, 4, 9}, whole.floats());
        GradientClipping.clip(List.of(middle), 2.5);
        assertArrayEquals(new float[] {9, 1.5f, 2, 9}, whole.floats());
    }

    @Test
    @DisplayName("zeros, nothing at all and NaN: the norm says so and nothing is scaled")
    void edges() {
        assertEquals(0, GradientClipping.clip(List.of(Tensor.zeros(3), Tensor.zeros(0)), 1));
        assertEquals(0, GradientClipping.clip(List.of(), 1));
        Tensor nan = Tensor.of(Shape.of(2), Float.NaN, 7);
        assertEquals(Double.NaN, GradientClipping.clip(List.of(nan), 1));
        assertEquals(7, nan.get(1));
        Tensor infinite = Tensor.of(Shape.of(2), Float.POSITIVE_INFINITY, 7);
        assertEquals(Double.POSITIVE_INFINITY, GradientClipping.clip(List.of(infinite), 1));
        assertEquals(7, infinite.get(1));
        assertThrows(IllegalArgumentException.class, () -> GradientClipping.clip(List.of(), 0));
    }

    @Test
    @DisplayName("squares too large for F32 still have a norm")
    void largeNumbers() {
        assertEquals(5e30, GradientClipping.norm(List.of(Tensor.of(Shape.of(2), 3e30f, 4e30f))), 1e24);
    }
}
