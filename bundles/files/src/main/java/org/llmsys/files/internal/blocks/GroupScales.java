package org.llmsys.files.internal.blocks;

/**
 * The scales and minima of the eight groups of a super-block of Q4_K and Q5_K: sixteen numbers of 6 bits in 12 bytes.
 *
 * <pre>
 *   byte j     (0-3)    low 6 bits: scale j      high 2 bits: the high bits of scale j + 4
 *   byte j + 4 (4-7)    low 6 bits: minimum j    high 2 bits: the high bits of minimum j + 4
 *   byte j + 8 (8-11)   low 4 bits: those of scale j + 4    high 4 bits: the low bits of minimum j + 4
 * </pre>
 */
final class GroupScales {

    static final int GROUPS = 8;

    private GroupScales() {
    }

    /** The scale of a group, 0 to 63. @param at first of the 12 bytes */
    static int scale(byte[] bytes, int at, int group) {
        return group < 4 ? bytes[at + group] & 63 : bytes[at + 4 + group] & 15 | (bytes[at + group - 4] >> 6 & 3) << 4;
    }

    /** The minimum of a group, 0 to 63. */
    static int minimum(byte[] bytes, int at, int group) {
        return group < 4 ? bytes[at + 4 + group] & 63 : bytes[at + 4 + group] >> 4 & 15 | (bytes[at + group] >> 6 & 3) << 4;
    }
}
