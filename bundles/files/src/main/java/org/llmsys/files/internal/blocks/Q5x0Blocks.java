package org.llmsys.files.internal.blocks;

/**
 * Q5_0: 32 numbers of 5 bits, with a scale. 22 bytes.
 *
 * <pre>
 *   d (F16) | 4 bytes: bit i is the fifth bit of element i | 16 bytes: the four low bits, as in Q4_0
 *   x = d * (q - 16)        q from 0 to 31
 * </pre>
 */
final class Q5x0Blocks implements BlockDecoder {

    @Override
    public void decode(byte[] bytes, int from, float[] out, int at) {
        float d = BlockDecoder.half(bytes, from);
        int fifth = fifthBits(bytes, from + 2);
        for (int i = 0; i < SMALL / 2; i++) {
            int pair = bytes[from + 6 + i];
            out[at + i] = d * ((pair & 15 | (fifth >> i & 1) << 4) - 16);
            out[at + SMALL / 2 + i] = d * ((pair >> 4 & 15 | (fifth >> SMALL / 2 + i & 1) << 4) - 16);
        }
    }

    /** Four bytes, little endian. */
    static int fifthBits(byte[] bytes, int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF) << 16 | bytes[at + 3] << 24;
    }
}
