package org.llmsys.files.internal.blocks;

/**
 * Q5_1: 32 numbers of 5 bits, with a scale and a smallest value. 24 bytes.
 *
 * <pre>
 *   d (F16) | m (F16) | 4 bytes: bit i is the fifth bit of element i | 16 bytes: the four low bits, as in Q4_1
 *   x = d * q + m        q from 0 to 31
 * </pre>
 */
final class Q5x1Blocks implements BlockDecoder {

    @Override
    public void decode(byte[] bytes, int from, float[] out, int at) {
        float d = BlockDecoder.half(bytes, from);
        float m = BlockDecoder.half(bytes, from + 2);
        int fifth = Q5x0Blocks.fifthBits(bytes, from + 4);
        for (int i = 0; i < SMALL / 2; i++) {
            int pair = bytes[from + 8 + i];
            out[at + i] = d * (pair & 15 | (fifth >> i & 1) << 4) + m;
            out[at + SMALL / 2 + i] = d * (pair >> 4 & 15 | (fifth >> SMALL / 2 + i & 1) << 4) + m;
        }
    }
}
