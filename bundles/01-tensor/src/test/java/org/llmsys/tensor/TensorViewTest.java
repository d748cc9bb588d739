package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.llmsys.tensor.Expect.counting;

import java.util.Arrays;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TensorViewTest {

    @Test
    @DisplayName("slice, select, transpose and permute show the same elements without a copy")
    void views() {
        Tensor x = counting(2, 3, 4);
        Expect.tensor(x.slice(1, 1, 3).select(0, 1), Shape.of(2, 4), 16, 17, 18, 19, 20, 21, 22, 23);
        Expect.tensor(x.select(0, 0).transpose(0, 1), Shape.of(4, 3), 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        assertEquals(x.get(1, 2, 3), x.permute(2, 0, 1).get(3, 1, 2));
        x.transpose(0, 2).set(-1, 3, 2, 1);
        assertEquals(-1, x.get(1, 2, 3));
    }

    @Test
    @DisplayName("views of 0 elements and of a scalar are views like others")
    void emptyAndScalar() {
        Tensor x = counting(3, 4);
        Expect.tensor(x.slice(0, 3, 3), Shape.of(0, 4));
        Expect.tensor(x.slice(0, 3, 3).reshape(4, 0), Shape.of(4, 0));
        Expect.tensor(x.select(0, 2).select(0, 3), Shape.of(), 11);
        Expect.tensor(Tensor.of(Shape.of(), 5).reshape(1, 1), Shape.of(1, 1), 5);
        Expect.tensor(Tensor.of(Shape.of(), 5).permute(), Shape.of(), 5);
    }

    @Test
    @DisplayName("bad slices, indices, orders and views outside the storage are refused with both numbers")
    void refusals() {
        Tensor x = counting(2, 3);
        assertThrows(ShapeException.class, () -> x.slice(1, 2, 4));
        assertThrows(ShapeException.class, () -> x.slice(1, 2, 1));
        assertThrows(ShapeException.class, () -> x.get(0, 3));
        assertThrows(ShapeException.class, () -> x.get(0));
        assertThrows(ShapeException.class, () -> x.permute(0, 0));
        assertThrows(ShapeException.class, () -> x.permute(0));
        assertThrows(ShapeException.class, () -> new Tensor(x.storage(), Shape.of(7), new long[] {1}, 0));
        assertThrows(ShapeException.class, () -> new Tensor(x.storage(), Shape.of(2), new long[] {-1}, 0));
        assertThrows(ShapeException.class, () -> new Tensor(x.storage(), Shape.of(1L << 40, 2), new long[] {1L << 40, 1}, 0));
        assertThrows(ShapeException.class, () -> Tensor.of(Shape.of(2), 1, 2, 3));
    }

    @Test
    @DisplayName("expand repeats with stride 0 and never shrinks")
    void expands() {
        Tensor row = counting(1, 3);
        Expect.tensor(row.expand(Shape.of(2, 2, 3)), Shape.of(2, 2, 3), 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2);
        assertSame(row.storage(), row.expand(Shape.of(2, 3)).storage());
        assertThrows(ShapeException.class, () -> counting(2, 3).expand(Shape.of(1, 3)));
        Expect.tensor(counting(1).expand(Shape.of(0)), Shape.of(0));
    }

    @Test
    @DisplayName("reshape of strided views: works without a copy exactly where NumPy's does")
    void reshapesStridedViews() {
        Tensor x = counting(2, 3, 4);
        Expect.tensor(x.reshape(6, 4).slice(1, 0, 2).reshape(2, 3, 2), Shape.of(2, 3, 2), 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21);
        Expect.tensor(x.slice(2, 0, 2).reshape(6, 2), Shape.of(6, 2), 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21);
        Expect.tensor(x.transpose(0, 1).reshape(3, 2, 2, 2).select(0, 1), Shape.of(2, 2, 2), 4, 5, 6, 7, 16, 17, 18, 19);
        Expect.tensor(counting(2, 1).expand(Shape.of(2, 4)).reshape(2, 2, 2), Shape.of(2, 2, 2), 0, 0, 0, 0, 1, 1, 1, 1);
        Expect.tensor(x.slice(2, 3, 4).reshape(1, 6, 1), Shape.of(1, 6, 1), 3, 7, 11, 15, 19, 23);
        assertThrows(ShapeException.class, () -> x.transpose(0, 1).reshape(6, 4));
        assertThrows(ShapeException.class, () -> x.slice(2, 0, 2).reshape(12));
        assertThrows(ShapeException.class, () -> x.reshape(5, 5));
        Expect.tensor(x.transpose(0, 1).contiguous().reshape(24).slice(0, 4, 8), Shape.of(4), 12, 13, 14, 15);
    }

    @Test
    @DisplayName("a slice by steps, forwards and backwards, of a view too; by step 0 or outside the axis it is refused")
    void steps() {
        Tensor x = counting(7);
        Expect.tensor(x.slice(0, 1, 7, 2), Shape.of(3), 1, 3, 5);
        Expect.tensor(x.slice(0, 0, 7, 3), Shape.of(3), 0, 3, 6);
        Expect.tensor(x.slice(0, 6, -1, -2), Shape.of(4), 6, 4, 2, 0);
        Expect.tensor(x.slice(0, 4, 1, -1), Shape.of(3), 4, 3, 2);
        Expect.tensor(x.slice(0, 3, 3, -1), Shape.of(0));
        Expect.tensor(x.slice(0, 0, 7, Long.MAX_VALUE), Shape.of(1), 0);
        Expect.tensor(x.slice(0, 6, -1, Long.MIN_VALUE + 1), Shape.of(1), 6);
        Expect.tensor(counting(3, 4).transpose(0, 1).slice(0, 3, 0, -2).slice(1, 0, 3, 2), Shape.of(2, 2), 3, 11, 1, 9);
        for (long[] bad : new long[][] {{0, 7, 0}, {0, 8, 2}, {7, -1, -1}, {3, 5, -1}, {5, 3, 1}, {6, -2, -1}, {-1, 3, 1}}) {
            assertThrows(ShapeException.class, () -> x.slice(0, bad[0], bad[1], bad[2]), Arrays.toString(bad));
        }
    }

    @Test
    @DisplayName("flip turns an axis around, twice gives it back; an empty one stays empty")
    void flips() {
        Tensor x = counting(2, 3);
        Expect.tensor(x.flip(1), Shape.of(2, 3), 2, 1, 0, 5, 4, 3);
        Expect.tensor(x.flip(0).flip(-1), Shape.of(2, 3), 5, 4, 3, 2, 1, 0);
        Expect.tensor(x.flip(1).flip(1), Shape.of(2, 3), 0, 1, 2, 3, 4, 5);
        Expect.tensor(Tensor.zeros(0).flip(0), Shape.of(0));
        Expect.tensor(x.flip(0).add(x), Shape.of(2, 3), 3, 5, 7, 3, 5, 7);
        assertFalse(x.flip(1).isContiguous());
    }

    @Test
    @DisplayName("squeeze drops axes of extent 1, unsqueeze puts one in at any place; what does not fit is refused")
    void squeezes() {
        Tensor x = counting(1, 3, 1, 2);
        assertEquals(Shape.of(3, 2), x.squeeze().shape());
        assertEquals(Shape.of(3, 1, 2), x.squeeze(0).shape());
        assertEquals(Shape.of(1, 3, 2), x.squeeze(-2).shape());
        assertEquals(Shape.of(), counting(1, 1).squeeze(0, 1).shape());
        Expect.tensor(x.squeeze().transpose(0, 1).unsqueeze(1), Shape.of(2, 1, 3), 0, 2, 4, 1, 3, 5);
        assertEquals(Shape.of(3, 1), counting(3).unsqueeze(-1).shape());
        assertEquals(Shape.of(1, 3), counting(3).unsqueeze(-2).shape());
        assertEquals(Shape.of(1), Tensor.zeros().unsqueeze(0).shape());
        assertTrue(counting(3).unsqueeze(1).isContiguous());
        assertThrows(ShapeException.class, () -> x.squeeze(1));
        assertThrows(ShapeException.class, () -> x.squeeze(0, -4));
        assertThrows(ShapeException.class, () -> x.squeeze(4));
        assertThrows(ShapeException.class, () -> counting(3).unsqueeze(2));
        assertThrows(ShapeException.class, () -> counting(3).unsqueeze(-3));
    }

    @Test
    @DisplayName("reshape works out one extent given as -1, and refuses two, a remainder, nothing to divide by, and other negatives")
    void reshapeInfers() {
        Tensor x = counting(2, 3, 4);
        assertEquals(Shape.of(6, 4), x.reshape(-1, 4).shape());
        assertEquals(Shape.of(24), x.reshape(-1).shape());
        assertEquals(Shape.of(2, 1, 12), x.reshape(2, -1, 12).shape());
        assertEquals(Shape.of(0, 3), Tensor.zeros(3, 0).reshape(-1, 3).shape());
        assertEquals("reshape: (2, 3, 4) and [-1, -1] do not fit", assertThrows(ShapeException.class, () -> x.reshape(-1, -1)).getMessage());
        assertThrows(ShapeException.class, () -> x.reshape(-1, 5));
        assertThrows(ShapeException.class, () -> Tensor.zeros(3, 0).reshape(-1, 0));
        assertThrows(ShapeException.class, () -> x.reshape(-2, 12));
    }

    @Test
    @DisplayName("every reshape that is given out shows the elements in row-major order, for all permutations of (2, 3, 4)")
    void reshapeNeverLies() {
        int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        long[][] shapes = {{24}, {6, 4}, {4, 6}, {2, 12}, {12, 2}, {3, 8}, {8, 3}, {2, 3, 4}, {4, 3, 2}, {2, 2, 6}, {3, 2, 2, 2}, {1, 24, 1}};
        int given = 0;
        for (int[] order : orders) {
            Tensor view = counting(2, 3, 4).permute(order);
            for (long[] shape : shapes) {
                Tensor reshaped;
                try {
                    reshaped = view.reshape(shape);
                } catch (ShapeException needsCopy) {
                    continue;
                }
                given++;
                assertArrayEquals(Expect.elements(view), Expect.elements(reshaped));
            }
        }
        assertTrue(given > 12, "only " + given + " reshapes without a copy");
    }

    @Test
    @DisplayName("contiguous ignores strides of axes of extent 1; the array of a view that is not contiguous is refused")
    void contiguity() {
        Tensor x = counting(3, 4);
        assertTrue(x.slice(0, 1, 2).isContiguous());
        assertFalse(x.slice(1, 1, 2).isContiguous());
        assertTrue(new Tensor(x.storage(), Shape.of(1, 4), new long[] {99, 1}, 0).isContiguous());
        assertThrows(ShapeException.class, () -> x.transpose(0, 1).floats());
        assertEquals(8, x.slice(0, 2, 3).floatOffset());
        assertSame(x, x.contiguous());
        assertNotSame(x, x.copy());
    }

    @Test
    @DisplayName("onHeap gives F32 arrays of any type; copies convert, I64 to I64 exactly")
    void conversions() {
        Tensor doubles = Tensor.ofDoubles(Shape.of(2), 0.1, 2.7);
        assertArrayEquals(new float[] {0.1f, 2.7f}, doubles.onHeap().floats());
        Expect.tensor(doubles.to(DType.I32), Shape.of(2), 0, 2);
        Tensor large = Tensor.ofLongs(Shape.of(1), Long.MAX_VALUE - 1);
        assertEquals(Long.MAX_VALUE - 1, large.copy().getLong(0));
        assertEquals(7, Tensor.ofInts(Shape.of(1), 7).to(DType.I64).getLong(0));
        assertThrows(ShapeException.class, () -> Tensor.zeros(2).copyFrom(Tensor.zeros(3)));
    }

    @Test
    @DisplayName("allFinite finds a NaN or infinity anywhere, looks at a view's own elements only, and is not fooled by overflow")
    void finite() {
        for (int bad = 0; bad < 13; bad++) {
            for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                Tensor x = counting(13);
                x.set(value, bad);
                assertFalse(x.allFinite());
                assertEquals(bad % 2 == 1, new Tensor(x.storage(), Shape.of(7), new long[] {2}, 0).allFinite(), "every other element");
                assertFalse(x.to(DType.F64).allFinite());
            }
        }
        assertTrue(Tensor.of(Shape.of(3), Float.MAX_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE).allFinite());
        assertTrue(Tensor.zeros(0).allFinite());
        assertTrue(Tensor.zeros(DType.I64, Shape.of(3)).allFinite());
    }
}
