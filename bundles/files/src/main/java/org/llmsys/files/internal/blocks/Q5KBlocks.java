package org.llmsys.files.internal.blocks;

/**
 * Q5_K: 256 numbers of 5 bits in eight groups of 32, each with a scale and a minimum of 6 bits. 176 bytes.
 *
 * <pre>
 *   d (F16) | dmin (F16) | 12 bytes of scales s and minima m | 32 bytes: bit g of byte i is the fifth bit of element i of group g
 *   | 128 bytes: 32 for each two groups, the even one in the low halves
 *   x = (d * s) * q - (dmin * m)        q from 0 to 31
 * </pre>
 */
final class Q5KBlocks implements BlockDecoder {

    @Override
    public void decode(byte[] bytes, int from, float[] out, int at) {
        float d = BlockDecoder.half(bytes, from);
        float smallest = BlockDecoder.half(bytes, from + 2);
        for (int group = 0; group < GroupScales.GROUPS; group++) {
            float scale = d * GroupScales.scale(bytes, from + 4, group);
            float minimum = smallest * GroupScales.minimum(bytes, from + 4, group);
            int shift = group % 2 * 4;
            int first = from + 48 + group / 2 * 32;
            for (int i = 0; i < 32; i++) {
                int q = bytes[first + i] >> shift & 15 | (bytes[from + 16 + i] >> group & 1) << 4;
                out[at + 32 * group + i] = scale * q - minimum;
            }
        }
    }
}
