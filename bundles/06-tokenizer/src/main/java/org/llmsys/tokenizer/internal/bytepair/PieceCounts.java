package org.llmsys.tokenizer.internal.bytepair;

import java.util.Arrays;

/**
 * The distinct pieces of a text and how often each occurs: a hash table with open addressing over one array of bytes, because a text
 * of 40 MB has millions of pieces and half a million distinct ones.
 */
final class PieceCounts {

    private byte[] pool = new byte[1 << 12];
    private int[] starts = new int[1 << 9];
    private int[] hashes = new int[1 << 9];
    private int[] counts = new int[1 << 9];
    private int[] slots = new int[1 << 10];
    private int size;

    int size() {
        return size;
    }

    int count(int piece) {
        return counts[piece];
    }

    int length(int piece) {
        return starts[piece + 1] - starts[piece];
    }

    /** Byte i of a piece. */
    byte at(int piece, int i) {
        return pool[starts[piece] + i];
    }

    /** Counts {@code text[from..to)} once more. */
    void add(byte[] text, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + text[i];
        }
        hash *= 0x9E3779B9;
        int mask = slots.length - 1;
        int slot = hash >>> 7 & mask;
        while (slots[slot] != 0) {
            int piece = slots[slot] - 1;
            if (hashes[piece] == hash && Arrays.equals(pool, starts[piece], starts[piece + 1], text, from, to)) {
                counts[piece]++;
                return;
            }
            slot = slot + 1 & mask;
        }
        append(text, from, to, hash);
        slots[slot] = size;
        if (2 * size > slots.length) {
            rehash();
        }
    }

    private void append(byte[] text, int from, int to, int hash) {
        if (size + 1 == starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
            hashes = Arrays.copyOf(hashes, 2 * hashes.length);
            counts = Arrays.copyOf(counts, 2 * counts.length);
        }
        int end = starts[size] + to - from;
        if (end > pool.length) {
            pool = Arrays.copyOf(pool, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(end, 2L * pool.length)));
        }
        System.arraycopy(text, from, pool, starts[size], to - from);
        hashes[size] = hash;
        counts[size++] = 1;
        starts[size] = end;
    }

    private void rehash() {
        slots = new int[2 * slots.length];
        int mask = slots.length - 1;
        for (int piece = 0; piece < size; piece++) {
            int slot = hashes[piece] >>> 7 & mask;
            while (slots[slot] != 0) {
                slot = slot + 1 & mask;
            }
            slots[slot] = piece + 1;
        }
    }
}
