package org.llmsys.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Blocks of {@link DType#Q4_0}: half a byte an element, stored as q + 8. The element of largest magnitude becomes -8, so d has the
 * other sign: that uses all sixteen values.
 *
 * <pre>
 *   d (2 bytes) | 16 bytes: byte i holds element i in its low half and element i + 16 in its high half        18 bytes, 4.5 bits an element
 *   d = (x of largest magnitude) / -8        q = round(x / d), at most 7
 * </pre>
 */
final class Q4Blocks implements BlockFormat {

    static final Q4Blocks FORMAT = new Q4Blocks();

    private static final int HALF = SIZE / 2;
    private static final int BYTES = SCALE_BYTES + HALF;

    private Q4Blocks() {
    }

    @Override
    public float element(MemorySegment blocks, long index) {
        long begin = index / SIZE * BYTES;
        int within = (int) (index % SIZE);
        int pair = blocks.get(ValueLayout.JAVA_BYTE, begin + SCALE_BYTES + within % HALF);
        return (within < HALF ? low(pair) : high(pair)) * BlockFormat.scale(blocks, begin);
    }

    @Override
    public void dequantize(MemorySegment blocks, long block, float[] out, int at) {
        long begin = block * BYTES;
        float d = BlockFormat.scale(blocks, begin);
        for (int i = 0; i < HALF; i++) {
            int pair = blocks.get(ValueLayout.JAVA_BYTE, begin + SCALE_BYTES + i);
            out[at + i] = low(pair) * d;
            out[at + HALF + i] = high(pair) * d;
        }
    }

    @Override
    public void quantize(float[] x, int at, MemorySegment blocks, long block) {
        float extreme = 0;
        for (int i = 0; i < SIZE; i++) {
            if (Math.abs(x[at + i]) > Math.abs(extreme)) {
                extreme = x[at + i];
            }
        }
        float d = extreme / -8;
        float inverse = d == 0 ? 0 : 1 / d;                            // of d before it is rounded to F16
        long begin = block * BYTES;
        blocks.set(SCALE, begin, Float.floatToFloat16(d));
        for (int i = 0; i < HALF; i++) {
            int pair = quantized(x[at + i] * inverse) | quantized(x[at + HALF + i] * inverse) << 4;
            blocks.set(ValueLayout.JAVA_BYTE, begin + SCALE_BYTES + i, (byte) pair);
        }
    }

    /** From -8 to 8, rounded and moved to 0 to 15. */
    private static int quantized(float value) {
        return Math.min(15, (int) (value + 8.5f));
    }

    private static int low(int pair) {
        return (pair & 0x0f) - 8;
    }

    private static int high(int pair) {
        return (pair >> 4 & 0x0f) - 8;
    }
}
