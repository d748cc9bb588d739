package org.llmsys.files;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;

/**
 * Looks for NaN and infinities in the weights of a file, as fast as memory gives them.
 *
 * <pre>
 *   a number is NaN or infinite   when all bits of its exponent are 1
 *   (bits AND exponent) + 1 in the exponent's lowest place   then carries into the sign's place, and only then
 * </pre>
 *
 * <p>So one AND, one addition and one OR look at eight bytes at a time, of every plain type alike: two numbers of F32, four of F16. Of a
 * block type only the scales are looked at, as whole numbers are always finite.
 *
 * @see <a href="https://graphics.stanford.edu/~seander/bithacks.html">Anderson: Bit Twiddling Hacks (the zero byte in a word)</a>
 */
public final class FiniteScan {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int WORDS = 1 << 13;
    private static final long F16_LANES = 0x0001_0001_0001_0001L;
    private static final long F32_LANES = 0x0000_0001_0000_0001L;

    private FiniteScan() {
    }

    /** Whether no element is NaN or infinite. The elements of a part of a storage that lie apart are looked at one by one. */
    public static boolean allFinite(Tensor tensor) {
        boolean whole = tensor.size() == tensor.storage().size();          // then the order in which they lie does not matter
        if (!whole && !tensor.isContiguous()) {
            return tensor.allFinite();
        }
        DType dtype = tensor.dtype();
        MemorySegment bytes = tensor.storage().segment().asSlice(whole ? 0 : dtype.bytes(tensor.offset()), dtype.bytes(tensor.size()));
        return switch (dtype) {
            case F16 -> plain(bytes, 0x7c00 * F16_LANES, 0x0400 * F16_LANES, 0x8000 * F16_LANES);
            case BF16 -> plain(bytes, 0x7f80 * F16_LANES, 0x0080 * F16_LANES, 0x8000 * F16_LANES);
            case F32 -> plain(bytes, 0x7f80_0000 * F32_LANES, 0x0080_0000 * F32_LANES, 0x8000_0000L * F32_LANES);
            case F64 -> plain(bytes, 0x7ff0_0000_0000_0000L, 0x0010_0000_0000_0000L, Long.MIN_VALUE);
            case Q8_0, Q4_0 -> scales(bytes, dtype.blockBytes());
            case I32, I64 -> true;
        };
    }

    /** @param lowest place of the exponent, in each lane; {@code sign} likewise */
    private static boolean plain(MemorySegment bytes, long exponent, long lowest, long sign) {
        long[] words = new long[WORDS];
        long whole = bytes.byteSize() / Long.BYTES;
        long carried = 0;
        for (long at = 0; at < whole && (carried & sign) == 0; at += WORDS) {
            int count = (int) Math.min(WORDS, whole - at);
            MemorySegment.copy(bytes, LONG, at * Long.BYTES, words, 0, count);
            for (int i = 0; i < count; i++) {
                carried |= (words[i] & exponent) + lowest;
            }
        }
        long rest = 0;
        for (long at = whole * Long.BYTES; at < bytes.byteSize(); at++) {
            rest |= (bytes.get(ValueLayout.JAVA_BYTE, at) & 0xFFL) << 8 * at;                    // a shift counts modulo 64
        }
        return ((carried | (rest & exponent) + lowest) & sign) == 0;
    }

    /** A scale is an F16, the first two bytes of its block. */
    private static boolean scales(MemorySegment bytes, int blockBytes) {
        int step = blockBytes * 1024;
        byte[] blocks = new byte[step];
        int carried = 0;
        for (long at = 0; at < bytes.byteSize(); at += step) {
            int count = (int) Math.min(step, bytes.byteSize() - at);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, blocks, 0, count);
            for (int i = 1; i < count; i += blockBytes) {
                carried |= (blocks[i] & 0x7c) + 0x04;
            }
        }
        return (carried & 0x80) == 0;
    }
}
