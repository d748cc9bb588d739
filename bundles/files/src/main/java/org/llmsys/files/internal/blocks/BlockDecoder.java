package org.llmsys.files.internal.blocks;

import java.util.Optional;

import org.llmsys.files.GgufType;

/**
 * One of ggml's block types that we read and do not compute in: each block becomes numbers of F32, every product and sum rounded once
 * in the order of its formula, so the result has the bits of ggml's own reference.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c">ggml's reference of each type</a>
 */
public sealed interface BlockDecoder permits Q4x1Blocks, Q5x0Blocks, Q5x1Blocks, Q4KBlocks, Q5KBlocks, Q6KBlocks {

    /** Elements of a small block; a super-block of the K types holds 256 in groups of 32 or 16. */
    int SMALL = 32;
    int SUPER = 256;

    /**
     * Decodes one block.
     *
     * @param bytes of blocks
     * @param from  first byte of the block
     * @param out   takes the elements, from {@code at} on
     */
    void decode(byte[] bytes, int from, float[] out, int at);

    /** The decoder of a type, if there is one here. */
    static Optional<BlockDecoder> of(GgufType type) {
        return switch (type) {
            case Q4_1 -> Optional.of(new Q4x1Blocks());
            case Q5_0 -> Optional.of(new Q5x0Blocks());
            case Q5_1 -> Optional.of(new Q5x1Blocks());
            case Q4_K -> Optional.of(new Q4KBlocks());
            case Q5_K -> Optional.of(new Q5KBlocks());
            case Q6_K -> Optional.of(new Q6KBlocks());
            default -> Optional.empty();
        };
    }

    /** The F16 at a byte, little endian. */
    static float half(byte[] bytes, int at) {
        return Float.float16ToFloat((short) (bytes[at] & 0xFF | bytes[at + 1] << 8));
    }
}
