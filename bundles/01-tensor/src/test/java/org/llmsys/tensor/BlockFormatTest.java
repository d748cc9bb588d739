package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.llmsys.tensor.Expect.counting;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llmsys.assembly.Problem;

class BlockFormatTest {

    private static byte[] bytes(Tensor t) {
        return t.storage().segment().toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    @DisplayName("Q8_0 by hand: scale 0.5 (F16 0x3800), then a signed byte an element")
    void q8ByHand() {
        Tensor t = Tensor.zeros(DType.Q8_0, Shape.of(1, 32));
        t.storage().segment().set(BlockFormat.SCALE, 0, (short) 0x3800);
        t.storage().segment().set(ValueLayout.JAVA_BYTE, 2, (byte) -127);
        t.storage().segment().set(ValueLayout.JAVA_BYTE, 33, (byte) 3);
        assertEquals(-63.5, t.get(0, 0));
        assertEquals(1.5, t.get(0, 31));
        assertEquals(0, t.get(0, 1));
        assertEquals(1, t.getLong(0, 31));
    }

    @Test
    @DisplayName("Q4_0 by hand: byte 0 holds elements 0 (low half) and 16 (high half), each 8 more than its number")
    void q4ByHand() {
        Tensor t = Tensor.zeros(DType.Q4_0, Shape.of(2, 32));
        t.storage().segment().set(BlockFormat.SCALE, 18, (short) 0x4000);
        t.storage().segment().set(ValueLayout.JAVA_BYTE, 20, (byte) 0xf1);
        assertEquals(-14, t.get(1, 0));
        assertEquals(14, t.get(1, 16));
        assertEquals(-16, t.get(1, 31));
        assertEquals(-14, t.to(DType.F32).get(1, 0));
    }

    @Test
    @DisplayName("quantizing 0 to -31 gives the bytes that ggml's reference gives")
    void quantizesAsGgml() {
        byte[] q8 = bytes(counting(1, 32).neg().to(DType.Q8_0));
        assertEquals(0x33d0, (q8[1] & 0xff) << 8 | q8[0] & 0xff);      // 31/127 as F16
        assertArrayEquals(new byte[] {0, -4, -8, -12, -16, -20}, Arrays.copyOfRange(q8, 2, 8));
        assertEquals(-127, q8[33]);
        byte[] q4 = bytes(counting(1, 32).neg().to(DType.Q4_0));
        assertEquals(0x43c0, (q4[1] & 0xff) << 8 | q4[0] & 0xff);      // 31/8: the element of largest magnitude becomes -8
        assertArrayEquals(new byte[] {0x48, 0x48, 0x37, 0x37}, Arrays.copyOfRange(q4, 2, 6));
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0"})
    @DisplayName("random rows come back within half a step of their block, whole, element by element, by rows and as other types")
    void withinHalfAStep(DType dtype) {
        Tensor x = Tensor.zeros(13, 64);
        RandomStream random = RandomStream.at(3, 1);
        for (int i = 0; i < x.size(); i++) {
            x.floats()[i] = (float) (random.nextGaussian() * Math.pow(10, i / 192 - 2));
        }
        Tensor quantized = x.to(dtype);
        Tensor back = quantized.to(DType.F32);
        Tensor wide = quantized.to(DType.F64);
        for (int row = 0; row < 13; row++) {
            for (int block = 0; block < 2; block++) {
                double largest = x.slice(1, 32 * block, 32 * block + 32).select(0, row).abs().max(false).get();
                double step = largest / (dtype == DType.Q8_0 ? 127 : 8);
                for (int i = 32 * block; i < 32 * block + 32; i++) {
                    double most = dtype == DType.Q8_0 || back.get(row, i) / step > -7.9 ? step : 0.51 * step;    // +8 is cut to +7
                    assertEquals(x.get(row, i), back.get(row, i), most + 0x1p-24, row + ", " + i);
                    assertEquals(back.get(row, i), quantized.get(row, i));
                    assertEquals(back.get(row, i), wide.getDouble(row, i));
                }
            }
        }
        assertTrue(quantized.allFinite());
        Expect.tensor(quantized.slice(0, 4, 6).to(DType.F32), Shape.of(2, 64), Expect.elements(back.slice(0, 4, 6)));
        Expect.tensor(quantized.slice(1, 32, 64).to(DType.F32), Shape.of(13, 32), Expect.elements(back.slice(1, 32, 64)));
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0"})
    @DisplayName("views of whole blocks, copies, rows picked and joined keep the type and every bit")
    void views(DType dtype) {
        Tensor x = counting(6, 64).to(dtype);
        Tensor turned = x.reshape(2, 3, 64).transpose(0, 1);
        assertNotSame(turned, turned.contiguous());
        assertEquals(dtype, turned.contiguous().dtype());
        assertArrayEquals(Expect.elements(turned), Expect.elements(turned.contiguous()));
        assertArrayEquals(bytes(x), bytes(x.copy()));
        assertSame(x, x.to(dtype));
        Tensor rows = x.gather(0, Tensor.ofInts(Shape.of(2), 5, 0));
        assertArrayEquals(Expect.elements(x.select(0, 5)), Expect.elements(rows.select(0, 0)));
        assertArrayEquals(bytes(x), bytes(Tensor.concat(0, x.slice(0, 0, 2), x.slice(0, 2, 6))));
        assertEquals(Shape.of(1, 64), x.slice(0, 2, 3).shape());
        assertEquals(x.get(3, 63), x.select(0, 3).get(63));
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0"})
    @DisplayName("what would cut a block, set an element or compute is refused, each with one sentence")
    void refuses(DType dtype) {
        Tensor x = Tensor.zeros(dtype, Shape.of(2, 64));
        for (Runnable cut : new Runnable[] {() -> x.slice(1, 0, 33), () -> x.slice(1, 16, 48), () -> x.select(1, 0), () -> x.transpose(0, 1),
            () -> x.reshape(8, 16), () -> x.flip(1), () -> x.reshape(128, 1), () -> Tensor.zeros(dtype, Shape.of(32, 3))}) {
            ShapeException problem = assertThrows(ShapeException.class, cut::run);
            assertTrue(problem.getMessage().contains(dtype.name()), problem.text());
        }
        assertThrows(Problem.class, () -> Tensor.zeros(dtype, Shape.of(33)));
        assertThrows(Problem.class, () -> Tensor.zeros(2, 33).to(dtype));
        assertThrows(Problem.class, () -> x.set(1, 0, 0));
        assertThrows(Problem.class, () -> x.elements().set(0, 1));
        assertThrows(ShapeException.class, x::floats);
        Tensor i = Tensor.zeros(DType.I64, Shape.of(2, 64));
        for (Runnable arithmetic : new Runnable[] {() -> x.add(x), x::exp, x::abs, () -> x.sum(false), () -> x.argmax(false), () -> x.pow(x),
            () -> Tensor.where(i, x, x), () -> x.compare(Comparison.LESS, x), () -> x.cumSum(1, false), () -> x.gatherElements(0, i)}) {
            Problem problem = assertThrows(Problem.class, arithmetic::run);
            assertTrue(problem.fix().contains("to(DType.F32)"), problem.text());
        }
    }

    @Test
    @DisplayName("NaN, infinities and numbers too large for a scale of F16 are refused instead of spoiling their block")
    void refusesWhatDoesNotFit() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1e38f}) {
            Tensor x = counting(1, 32);
            x.set(bad, 0, 13);
            assertThrows(Problem.class, () -> x.to(DType.Q8_0));
            assertThrows(Problem.class, () -> x.to(DType.Q4_0));
        }
        Tensor none = Tensor.zeros(0, 32).to(DType.Q4_0);
        assertEquals(0, none.size());
        assertFalse(none.dtype() == DType.F32);
        assertThrows(Problem.class, () -> BlockFormat.of(DType.F32));
    }
}
