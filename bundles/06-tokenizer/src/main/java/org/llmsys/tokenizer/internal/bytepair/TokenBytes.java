package org.llmsys.tokenizer.internal.bytepair;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Problem;

/**
 * Id to bytes and back. All bytes lie in one array; the way back is a hash table with open addressing, so looking a piece of text up
 * makes no object. Ids that stand for nothing (between a plan's ranks and its special tokens) have no bytes. Immutable.
 */
final class TokenBytes {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final byte[] pool;
    /** Token {@code id} is {@code pool[starts[id]]} up to {@code starts[id + 1]}. */
    private final int[] starts;
    /** The first eight bytes of each token, zero after its end. */
    private final long[] heads;
    /** id + 1, or 0 for a free slot. */
    private final int[] slots;
    private final int shift;

    /** @throws Problem when two ids have the same bytes */
    TokenBytes(List<byte[]> tokens) {
        starts = new int[tokens.size() + 1];
        for (int id = 0; id < tokens.size(); id++) {
            starts[id + 1] = Math.addExact(starts[id], tokens.get(id).length);
        }
        pool = new byte[starts[tokens.size()]];
        heads = new long[tokens.size()];
        int bits = 64 - Long.numberOfLeadingZeros(2L * tokens.size() + 1);
        slots = new int[1 << bits];
        shift = 64 - bits;
        for (int id = 0; id < tokens.size(); id++) {
            byte[] token = tokens.get(id);
            System.arraycopy(token, 0, pool, starts[id], token.length);
            if (token.length == 0) {
                continue;
            }
            heads[id] = head(token, 0, token.length);
            int slot = slotOf(token, 0, token.length);
            if (slots[slot] != 0) {
                throw Problem.failed("the vocabulary is damaged", "the ids " + (slots[slot] - 1) + " and " + id + " stand for the same bytes",
                        "give the file that belongs to the model");
            }
            slots[slot] = id + 1;
        }
    }

    /** Number of ids, holes included. */
    int size() {
        return heads.length;
    }

    int length(int id) {
        return starts[id + 1] - starts[id];
    }

    /** A copy of the token's bytes. */
    byte[] bytes(int id) {
        return Arrays.copyOfRange(pool, starts[id], starts[id + 1]);
    }

    /** Copies the token's bytes to {@code target} and returns how many they are. */
    int copy(int id, byte[] target, int at) {
        int length = length(id);
        System.arraycopy(pool, starts[id], target, at, length);
        return length;
    }

    /** The id of these bytes, or -1. */
    int id(byte[] text, int from, int to) {
        return slots[slotOf(text, from, to)] - 1;
    }

    /** The slot that holds these bytes, or the free one where they would be put. */
    private int slotOf(byte[] text, int from, int to) {
        int length = to - from;
        long head = head(text, from, to);
        long hash = (head ^ length) * MIX;
        for (int at = from + 8; at < to; at += 8) {
            hash = (hash ^ hash >>> 29 ^ head(text, at, to)) * MIX;
        }
        for (int slot = (int) (hash >>> shift);; slot = slot + 1 & slots.length - 1) {
            int id = slots[slot] - 1;
            if (id < 0 || heads[id] == head && length(id) == length
                    && (length <= 8 || Arrays.equals(pool, starts[id] + 8, starts[id + 1], text, from + 8, to))) {
                return slot;
            }
        }
    }

    /** Up to eight bytes as a number, the first lowest. */
    private static long head(byte[] text, int from, int to) {
        int length = to - from;
        if (from + 8 <= text.length) {
            long all = (long) LONGS.get(text, from);
            return length >= 8 ? all : all & (1L << 8 * length) - 1;
        }
        long head = 0;
        for (int i = Math.min(8, length) - 1; i >= 0; i--) {
            head = head << 8 | text[from + i] & 0xFF;
        }
        return head;
    }
}
