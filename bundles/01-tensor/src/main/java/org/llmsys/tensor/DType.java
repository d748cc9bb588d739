package org.llmsys.tensor;

import org.llmsys.assembly.Problem;

/**
 * The type of a tensor's elements. The working types compute; F16 and BF16 store half as much and compute by way of a double, rounded
 * once; the block types are for weights, which are made once ({@code to(DType.Q8_0)}) and then only read.
 *
 * <p>A block type stores {@link #blockSize} neighbours of a row together with the scale they share, so the last axis is a multiple of
 * the block and is never cut inside one.
 */
public enum DType {

    /** 32-bit floating point, the working type. */
    F32(1, 4, true),
    /** 64-bit floating point, for references and gradient checks. */
    F64(1, 8, true),
    /** 32-bit integer, for token ids. */
    I32(1, 4, false),
    /** 64-bit integer. */
    I64(1, 8, false),
    /** 16-bit floating point (IEEE 754 binary16): 11 binary digits, up to 65504. */
    F16(1, 2, true),
    /** 16-bit floating point with the exponent of F32 (bfloat16): 8 binary digits, up to 3.4e38. */
    BF16(1, 2, true),
    /** 32 whole numbers from -127 to 127 times a scale of F16: 34 bytes a block. */
    Q8_0(32, 34, true),
    /** 32 whole numbers from -8 to 7 times a scale of F16: 18 bytes a block. */
    Q4_0(32, 18, true);

    private final int blockSize;
    private final int blockBytes;
    private final boolean floating;

    DType(int blockSize, int blockBytes, boolean floating) {
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
        this.floating = floating;
    }

    /** Elements that are stored together: 1, or 32 for a block type. */
    public int blockSize() {
        return blockSize;
    }

    /** Bytes of one block: of one element where {@link #blockSize} is 1. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Whether an element is a real number rather than a whole one. */
    public boolean floating() {
        return floating;
    }

    /** Whether elements are stored in blocks, and so are read but neither set nor computed with. */
    public boolean blocked() {
        return blockSize > 1;
    }

    /**
     * Bytes that this many elements take.
     *
     * @throws Problem for a negative size, one that is not whole blocks, or one whose bytes do not fit 63 bits
     */
    public long bytes(long size) {
        if (size < 0 || size % blockSize != 0) {
            throw Problem.failed("there are no " + size + " elements of " + this,
                    size < 0 ? "a size is 0 or more" : "they come in blocks of " + blockSize, "check the shape");
        }
        try {
            return Math.multiplyExact(size / blockSize, (long) blockBytes);
        } catch (ArithmeticException overflow) {
            throw Problem.failed("there are no " + size + " elements of " + this, "the number of bytes does not fit 63 bits",
                    "check the shape");
        }
    }
}
