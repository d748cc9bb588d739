package org.llmsys.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

import org.llmsys.assembly.Problem;

/**
 * How a block type stores 32 neighbours of a row: one scale d of F16, then 32 small whole numbers q.
 *
 * <pre>
 *   element = q * d
 * </pre>
 *
 * <p>The layouts, and the rounding of {@link #quantize}, are those of ggml, so the bytes are those of a GGUF file.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c">ggml's reference of each type</a>
 */
public sealed interface BlockFormat permits Q8Blocks, Q4Blocks {

    /** Elements of a block. */
    int SIZE = 32;

    /** Where the whole numbers begin, behind the scale. */
    int SCALE_BYTES = 2;

    /** A scale: little endian, at any address. */
    ValueLayout.OfShort SCALE = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The format of a block type. */
    static BlockFormat of(DType dtype) {
        return switch (dtype) {
            case Q8_0 -> Q8Blocks.FORMAT;
            case Q4_0 -> Q4Blocks.FORMAT;
            case F32, F64, I32, I64, F16, BF16 -> throw Problem.misused(dtype + " has no blocks", "each of its elements stands alone",
                    "ask DType.blocked() first");
        };
    }

    /** One element of a run of blocks. */
    float element(MemorySegment blocks, long index);

    /** Block number {@code block}, dequantized into {@code out} from {@code at} on. */
    void dequantize(MemorySegment blocks, long block, float[] out, int at);

    /** Quantizes {@link #SIZE} finite numbers from {@code at} on into block number {@code block}. */
    void quantize(float[] x, int at, MemorySegment blocks, long block);

    /** The scale of the block that begins at this byte. */
    static float scale(MemorySegment blocks, long begin) {
        return Float.float16ToFloat(blocks.get(SCALE, begin));
    }
}
