package org.llmsys.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Blocks of {@link DType#Q8_0}: the scale makes the largest magnitude of the block 127.
 *
 * <pre>
 *   d (2 bytes) | q_0 ... q_31 (a signed byte each)          34 bytes, 8.5 bits an element
 *   d = max |x| / 127        q = round(x / d)
 * </pre>
 */
final class Q8Blocks implements BlockFormat {

    static final Q8Blocks FORMAT = new Q8Blocks();

    private static final int BYTES = SCALE_BYTES + SIZE;

    private Q8Blocks() {
    }

    @Override
    public float element(MemorySegment blocks, long index) {
        long begin = index / SIZE * BYTES;
        return blocks.get(ValueLayout.JAVA_BYTE, begin + SCALE_BYTES + index % SIZE) * BlockFormat.scale(blocks, begin);
    }

    @Override
    public void dequantize(MemorySegment blocks, long block, float[] out, int at) {
        long begin = block * BYTES;
        float d = BlockFormat.scale(blocks, begin);
        for (int i = 0; i < SIZE; i++) {
            out[at + i] = blocks.get(ValueLayout.JAVA_BYTE, begin + SCALE_BYTES + i) * d;
        }
    }

    @Override
    public void quantize(float[] x, int at, MemorySegment blocks, long block) {
        float largest = 0;
        for (int i = 0; i < SIZE; i++) {
            largest = Math.max(largest, Math.abs(x[at + i]));
        }
        float d = largest / 127;
        float inverse = d == 0 ? 0 : 1 / d;                            // of d before it is rounded to F16
        long begin = block * BYTES;
        blocks.set(SCALE, begin, Float.floatToFloat16(d));
        for (int i = 0; i < SIZE; i++) {
            blocks.set(ValueLayout.JAVA_BYTE, begin + SCALE_BYTES + i, (byte) roundHalfAway(x[at + i] * inverse));
        }
    }

    /** To the nearest whole number, halves away from zero, as C's roundf. */
    private static int roundHalfAway(float value) {
        return (int) (value < 0 ? value - 0.5 : value + 0.5);
    }
}
