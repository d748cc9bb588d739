package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.Arrays;

/** A binary heap of numbers, the least first. */
final class LongHeap {

    private long[] entries = new long[16];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    void clear() {
        size = 0;
    }

    long first() {
        return entries[0];
    }

    void add(long entry) {
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, 2 * size);
        }
        int at = size++;
        while (at > 0 && entries[at - 1 >>> 1] > entry) {
            entries[at] = entries[at - 1 >>> 1];
            at = at - 1 >>> 1;
        }
        entries[at] = entry;
    }

    long removeFirst() {
        long first = entries[0];
        long entry = entries[--size];
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && entries[child + 1] < entries[child]) {
                child++;
            }
            if (entries[child] >= entry) {
                break;
            }
            entries[at] = entries[child];
            at = child;
        }
        entries[at] = entry;
        return first;
    }
}
