package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
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
        assertArrayEquals(new float[] {0.6f}, a.floats(), 1e-6f);
        assertArrayEquals(new float[] {0, 0.8f}, b.floats(), 1e-6f);
    }

    @Test
    @DisplayName("as torch.nn.utils.clip_grad_norm_ computes it: the factor is maxNorm / (norm + 1e-6)")
    void asTorch() {
        Tensor wide = Tensor.ofDoubles(Shape.of(2), 3e-6, 4e-6);                     // norm 5e-6, so the 1e-6 is seen
        assertEquals(5e-6, GradientClipping.clip(Arrays.asList(wide, null), 1e-6), 1e-20);
        assertEquals(3e-6 / 6, wide.getDouble(0), 1e-20);
        assertEquals(4e-6 / 6, wide.getDouble(1), 1e-20);
    }

    @Test
    @DisplayName("with a norm that is known already the result is the same, and says whether anything was scaled")
    void knownNorm() {
        Tensor one = Tensor.of(Shape.of(2), 3, 4);
        Tensor other = Tensor.of(Shape.of(2), 3, 4);
        GradientClipping.clip(List.of(one), 1);
        assertTrue(GradientClipping.clip(List.of(other), 5, 1));
        assertArrayEquals(one.floats(), other.floats());
        assertFalse(GradientClipping.clip(List.of(other), 1, 1));
        assertArrayEquals(one.floats(), other.floats());
    }

    @Test
    @DisplayName("by value: what is beyond the limit is cut to it, what is within stays, NaN stays NaN; in F32, in F64, in a view")
    void byValue() {
        Tensor whole = Tensor.of(Shape.of(6), 9, -3, 0.5f, 2, Float.NaN, 9);
        Tensor wide = Tensor.ofDoubles(Shape.of(2), -1e300, Double.POSITIVE_INFINITY);
        GradientClipping.clipValues(Arrays.asList(whole.slice(0, 1, 5), null, wide), 1);
        assertArrayEquals(new float[] {9, -1, 0.5f, 1, Float.NaN, 9}, whole.floats());
        assertEquals(-1, wide.getDouble(0));
        assertEquals(1, wide.getDouble(1));
        assertThrows(IllegalArgumentException.class, () -> GradientClipping.clipValues(List.of(), Double.NaN));
    }

    @Test
    @DisplayName("the norm of 207 numbers and a rest agrees with their plain sum, to the last digits of a double")
    void fourSums() {
        Tensor g = Trial.random("g", 207).value();
        double sum = 0;
        for (float element : g.floats()) {
            sum += (double) element * element;
        }
        assertEquals(Math.sqrt(sum), GradientClipping.norm(List.of(g)), 1e-14);
    }

    @Test
    @DisplayName("measuring and clipping F32 on the heap allocates nothing")
    void allocatesNothing() {
        List<Tensor> gradients = Arrays.asList(Trial.random("g", 1000).value(), null, Trial.random("h", 207).value());
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = 0;
        for (int i = 0; i < 1000; i++) {
            if (i == 500) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            GradientClipping.clip(gradients, 1 + 1.0 / (i + 1));
        }
        assertTrue(threads.getCurrentThreadAllocatedBytes() - before < 500 * 8, "it allocated");
    }

    @Test
    @DisplayName("what is short enough stays bit for bit; a view is clipped within its bounds")
    void leavesShortOnes() {
        Tensor whole = Tensor.of(Shape.of(4), 9, 3, 4, 9);
        Tensor middle = whole.slice(0, 1, 3);
        assertEquals(5, GradientClipping.clip(List.of(middle), 5));
        assertArrayEquals(new float[] {9, 3, 4, 9}, whole.floats());
        GradientClipping.clip(List.of(middle), 2.5);
        assertArrayEquals(new float[] {9, 1.5f, 2, 9}, whole.floats(), 1e-6f);
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
