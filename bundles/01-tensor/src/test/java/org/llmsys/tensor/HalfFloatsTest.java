package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfFloatsTest {

    @ParameterizedTest(name = "{0}: F16 {1}, BF16 {2}")
    @DisplayName("values and bits agree with PyTorch's conversion of doubles: subnormals, ties to even, overflow")
    @CsvSource({"1, 3c00, 3f80", "-2, c000, c000", "65504, 7bff, 4780", "65519.99, 7bff, 4780", "65520, 7c00, 4780",
        "6.103515625e-05, 0400, 3880", "5.960464477539063e-08, 0001, 3380", "2.98e-08, 0000, 3300", "2.9802322387695316e-08, 0001, 3300",
        "3.1415926535, 4248, 4049", "1.0009765625, 3c01, 3f80", "1.00390625, 3c04, 3f80", "1.01171875, 3c0c, 3f82", "3.39e38, 7c00, 7f7f",
        "3.4e38, 7c00, 7f80", "9.2e-41, 0000, 0001", "0, 0000, 0000", "-0.0, 8000, 8000", "Infinity, 7c00, 7f80", "-Infinity, fc00, ff80"})
    void bits(double value, String f16, String bf16) {
        assertEquals(f16, String.format("%04x", HalfFloats.toF16(value)));
        assertEquals(bf16, String.format("%04x", HalfFloats.toBF16(value)));
    }

    @Test
    @DisplayName("all 65,536 bit patterns of both types come back from double, NaN as NaN")
    void roundTrip() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            short pattern = (short) bits;
            double half = HalfFloats.fromF16(pattern);
            assertTrue(Double.isNaN(half) ? Double.isNaN(HalfFloats.fromF16(HalfFloats.toF16(half))) : HalfFloats.toF16(half) == pattern, "F16 " + bits);
            double brain = HalfFloats.fromBF16(pattern);
            assertTrue(Double.isNaN(brain) ? Double.isNaN(HalfFloats.fromBF16(HalfFloats.toBF16(brain))) : HalfFloats.toBF16(brain) == pattern, "BF16 " + bits);
        }
    }

    @Test
    @DisplayName("rounding is to the nearest, ties to even, between any two neighbours, also a hair from the tie, where rounding twice fails")
    void nearest() {
        betweenNeighbours(0x7bff, bits -> HalfFloats.fromF16((short) bits), value -> HalfFloats.toF16(value));
        betweenNeighbours(0x7f7e, bits -> HalfFloats.fromBF16((short) bits), value -> HalfFloats.toBF16(value));
    }

    private static void betweenNeighbours(int last, DoubleUnaryOperator from, DoubleUnaryOperator to) {
        for (int bits = 0; bits < last; bits++) {
            double below = from.applyAsDouble(bits);
            double above = from.applyAsDouble(bits + 1);
            double tie = (below + above) / 2;
            for (int sign = 0; sign <= 0x8000; sign += 0x8000) {
                int negative = sign == 0 ? 1 : -1;
                assertEquals((short) (sign | bits + (bits & 1)), to.applyAsDouble(negative * tie), "tie above " + bits);
                assertEquals((short) (sign | bits), to.applyAsDouble(negative * Math.nextDown(tie)), "just below the tie above " + bits);
                assertEquals((short) (sign | bits + 1), to.applyAsDouble(negative * Math.nextUp(tie)), "just above the tie above " + bits);
            }
        }
    }
}
