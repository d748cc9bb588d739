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
        assertEquals("F32 (207)\n[  0,   1,   2, ..., 204, 205, 206]", counting(207).toString());
        assertEquals("""
                F32 (7, 8)
                [[ 0,  1,  2, ...,  5,  6,  7],
                 [ 8,  9, 10, ..., 13, 14, 15],
                 [16, 17, 18, ..., 21, 22, 23],
                 ...,
                 [32, 33, 34, ..., 37, 38, 39],
                 [40, 41, 42, ..., 45, 46, 47],
                 [48, 49, 50, ..., 53, 54, 55]]""", counting(7, 8).toString());
    }

    @Test
    @DisplayName("columns: as many decimals as needed and no more than five, powers of ten when numbers lie far apart; NaN and -0 are seen")
    void numbers() {
        assertEquals("F64 (2, 2)\n[[  0.50, -12.25],\n [   NaN,  -0.00]]", Tensor.ofDoubles(Shape.of(2, 2), 0.5, -12.25, Double.NaN, -0.0).toString());
        assertEquals("F32 (3)\n[0.10000, 0.33333, 0.66667]", Tensor.of(Shape.of(3), 0.1f, 1 / 3f, 2 / 3f).toString());
        assertEquals("F32 (2)\n[0.1, 0.2]", Tensor.of(Shape.of(2), 0.1f, 0.2f).toString());
        assertEquals("F64 (2)\n[       -0, -Infinity]", Tensor.ofDoubles(Shape.of(2), -0.0, Double.NEGATIVE_INFINITY).toString());
        assertEquals("F64 (3)\n[3.3333e-01, 3.3333e-08, 1.0000e+30]", Tensor.ofDoubles(Shape.of(3), 1 / 3.0, 1e-7 / 3, 1e30).toString());
        assertEquals("I64 (2)\n[                 -1, 9223372036854775807]", Tensor.ofLongs(Shape.of(2), -1, Long.MAX_VALUE).toString());
    }

    @Test
    @DisplayName("16-bit and block types are shown by their values, blocks cut in the middle too; a view shows its own elements")
    void narrowTypes() {
        assertEquals("F16 (2)\n[0.3333, 1.0000]", Tensor.of(Shape.of(2), 1 / 3f, 1).to(DType.F16).toString());
        Tensor quantized = counting(2, 32).neg().to(DType.Q8_0);
        assertEquals("""
                Q8_0 (2, 32)
                [[  0.0000,  -0.9764,  -1.9528, ..., -29.0479, -30.0243, -31.0007],
                 [-31.7457, -33.2322, -33.7277, ..., -61.0107, -62.0029, -62.9951]]""".substring(0, 12), quantized.toString().substring(0, 12));
        assertEquals("F32 (2, 2)\n[[1, 4],\n [2, 5]]", counting(2, 3).transpose(0, 1).slice(0, 1, 3).toString());
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
