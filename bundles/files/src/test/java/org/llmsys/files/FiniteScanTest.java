package org.llmsys.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class FiniteScanTest {

    @Test
    @DisplayName("one NaN or infinity at any place of 13 elements is found, in every plain type")
    void everyPlace() {
        for (DType dtype : List.of(DType.F32, DType.F64, DType.F16, DType.BF16)) {
            for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                for (int place = 0; place < 13; place++) {
                    Tensor tensor = Tensor.zeros(dtype, Shape.of(13));
                    assertTrue(FiniteScan.allFinite(tensor));
                    tensor.set(bad, place);
                    assertFalse(FiniteScan.allFinite(tensor), dtype + " " + bad + " at " + place);
                    assertEquals(place < 3, FiniteScan.allFinite(tensor.slice(0, 3, 13)), dtype + " at " + place);
                }
            }
        }
    }

    @Test
    @DisplayName("every F16 and BF16 there is, is judged as its value is")
    void everyHalf() {
        for (DType dtype : List.of(DType.F16, DType.BF16)) {
            for (int bits = 0; bits < 1 << 16; bits++) {
                Tensor tensor = Tensor.zeros(dtype, Shape.of(1));
                tensor.storage().segment().set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) bits);
                assertEquals(Double.isFinite(tensor.getDouble(0)), FiniteScan.allFinite(tensor), dtype + " " + Integer.toHexString(bits));
            }
        }
    }

    @Test
    @DisplayName("the largest finite numbers, beside each other, are let through; whole numbers always")
    void largest() {
        assertTrue(FiniteScan.allFinite(Tensor.of(Shape.of(5), Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, Float.MAX_VALUE,
                -Float.MAX_VALUE)));
        assertTrue(FiniteScan.allFinite(Tensor.ofDoubles(Shape.of(2), Double.MAX_VALUE, -Double.MAX_VALUE)));
        assertTrue(FiniteScan.allFinite(Tensor.ofInts(Shape.of(1), 0x7f800000)));
    }

    @Test
    @DisplayName("a bad scale in any block is found; whole numbers that look like one are not")
    void blocks() {
        for (DType dtype : List.of(DType.Q8_0, DType.Q4_0)) {
            for (int block = 0; block < 2053; block += 171) {                // over the step in which they are read
                Tensor tensor = Tensor.zeros(dtype, Shape.of(2053L * 32));
                tensor.storage().segment().fill((byte) 0x7c);
                for (int i = 0; i < 2053; i++) {
                    tensor.storage().segment().set(ValueLayout.JAVA_SHORT_UNALIGNED, (long) i * dtype.blockBytes(), (short) 0x7bff);
                }
                assertTrue(FiniteScan.allFinite(tensor));
                tensor.storage().segment().set(ValueLayout.JAVA_SHORT_UNALIGNED, (long) block * dtype.blockBytes(), (short) 0xfc01);
                assertFalse(FiniteScan.allFinite(tensor), dtype + " block " + block);
            }
        }
    }

    @Test
    @DisplayName("views: a turned matrix, and a part whose rows lie apart from the bad ones")
    void views() {
        Tensor matrix = Tensor.zeros(5, 7);
        matrix.set(Double.NaN, 4, 6);
        assertFalse(FiniteScan.allFinite(matrix.transpose(0, 1)));
        assertTrue(FiniteScan.allFinite(matrix.slice(1, 0, 6)));
        assertFalse(FiniteScan.allFinite(matrix.slice(1, 5, 7)));
    }
}
