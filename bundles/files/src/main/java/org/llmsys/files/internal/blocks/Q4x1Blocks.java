package org.llmsys.files.internal.blocks;

/**
 * Q4_1: 32 numbers of 4 bits, with a scale and a smallest value. 20 bytes.
 *
 * <pre>
 *   d (F16) | m (F16) | 16 bytes: byte i holds q of element i in its low half and of element i + 16 in its high half
 *   x = d * q + m        q from 0 to 15
 * </pre>
 */
final class Q4x1Blocks implements BlockDecoder {

    @Override
    public void decode(byte[] bytes, int from, float[] out, int at) {
        float d = BlockDecoder.half(bytes, from);
        float m = BlockDecoder.half(bytes, from + 2);
        for (int i = 0; i < SMALL / 2; i++) {
            int pair = bytes[from + 4 + i];
            out[at + i] = d * (pair & 15) + m;
            out[at + SMALL / 2 + i] = d * (pair >> 4 & 15) + m;
        }
    }
}
