package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.llmsys.tensor.Expect.counting;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TensorPrinterTest {

    @Test
    @DisplayName("small tensors are shown whole")
    void small() {
        assertEquals("F32 (2, 3)\n[[0, 1, 2],\n [3, 4, 5]]", counting(2, 3).toString());
        assertEquals("F32 (2, 2, 1)\n[[[0],\n  [1]],\n\n [[2],\n  [3]]]", counting(2, 2, 1).toString());
        assertEquals("F32 ()\n0.5", Tensor.of(Shape.of(), 0.5f).toString());
        assertEquals("F32 (0)\n[]", Tensor.zeros(0).toString());
        assertEquals("I64 (1)\n[9223372036854775807]", Tensor.ofLongs(Shape.of(1), Long.MAX_VALUE).toString());
    }

    @Test
    @DisplayName("of a long axis the first and last three")
    void corners() {
        assertEquals("F32 (207)\n[0, 1, 2, ..., 204, 205, 206]", counting(207).toString());
        assertEquals("""
                F32 (7, 8)
                [[0, 1, 2, ..., 5, 6, 7],
                 [8, 9, 10, ..., 13, 14, 15],
                 [16, 17, 18, ..., 21, 22, 23],
                 ...,
                 [32, 33, 34, ..., 37, 38, 39],
                 [40, 41, 42, ..., 45, 46, 47],
                 [48, 49, 50, ..., 53, 54, 55]]""", counting(7, 8).toString());
    }

    @Test
    @DisplayName("numbers have five digits; NaN, infinities and minus zero are told apart")
    void numbers() {
        Tensor x = Tensor.ofDoubles(Shape.of(6), 1 / 3.0, 1e-7 / 3, 1e30, Double.NaN, Double.NEGATIVE_INFINITY, -0.0);
        assertEquals("F64 (6)\n[0.33333, 3.3333E-8, 1.0E30, NaN, -Infinity, -0]", x.toString());
    }

    @Test
    @DisplayName("a closed storage is said to be closed")
    void closed() {
        Storage storage = TensorAllocator.heap().allocate(DType.F32, 2, "test");
        Tensor x = Tensor.of(storage, Shape.of(2));
        storage.close();
        assertEquals("F32 (2) of a closed storage", x.toString());
    }
}
