package org.llmsys.tokenizer.internal.bytepair;

import java.util.Arrays;

/** A growing list of numbers. */
final class IntList {

    private int[] values;
    private int size;

    IntList(int expected) {
        values = new int[Math.max(4, expected)];
    }

    int size() {
        return size;
    }

    int get(int i) {
        return values[i];
    }

    void add(int value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = value;
    }

    /** Adds the first {@code count} of {@code more}. */
    void addAll(int[] more, int count) {
        if (size + count > values.length) {
            values = Arrays.copyOf(values, Math.max(size + count, 2 * size));
        }
        System.arraycopy(more, 0, values, size, count);
        size += count;
    }

    void clear() {
        size = 0;
    }

    int[] toArray() {
        return Arrays.copyOf(values, size);
    }
}
