package org.llmsys.files.internal.blocks;

/**
 * Q6_K: 256 numbers of 6 bits in sixteen groups of 16, each with a scale of 8 bits. 210 bytes.
 *
 * <pre>
 *   128 bytes of low halves | 64 bytes of high pairs of bits | 16 signed bytes of scales s | d (F16)
 *   in each half of 128 elements, element 32 r + i (r from 0 to 3):
 *     its four low bits are half (r / 2) of byte 32 (r mod 2) + i, its two high bits are pair r of byte i
 *   x = (d * s) * (q - 32)        q from 0 to 63
 * </pre>
 */
final class Q6KBlocks implements BlockDecoder {

    @Override
    public void decode(byte[] bytes, int from, float[] out, int at) {
        float d = BlockDecoder.half(bytes, from + 208);
        for (int row = 0; row < 8; row++) {
            int half = row / 4;
            int r = row % 4;
            int low = from + 64 * half + 32 * (r % 2);
            int high = from + 128 + 32 * half;
            for (int i = 0; i < 32; i++) {
                int element = 32 * row + i;
                int q = bytes[low + i] >> r / 2 * 4 & 15 | (bytes[high + i] >> 2 * r & 3) << 4;
                out[at + element] = d * bytes[from + 192 + element / 16] * (q - 32);
            }
        }
    }
}
