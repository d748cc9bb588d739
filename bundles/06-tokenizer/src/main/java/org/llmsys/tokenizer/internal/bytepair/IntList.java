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
            values = Arrays.copyOf(values, larger(size));
        }
        values[size++] = value;
    }

    /** Adds the first {@code count} of {@code more}. */
    void addAll(int[] more, int count) {
        if (size + count > values.length) {
            values = Arrays.copyOf(values, Math.max(size + count, larger(size)));
        }
        System.arraycopy(more, 0, values, size, count);
        size += count;
    }

    /** Makes room for {@code count} more. */
    void expect(int count) {
        if (count > values.length - size) {
            values = Arrays.copyOf(values, Math.max(Math.addExact(size, count), larger(size)));
        }
    }

    private static int larger(int size) {
        return (int) Math.min(Integer.MAX_VALUE - 8, size + (size >> 1) + 4L);
    }

    /** Sorts it, at no cost when it is sorted already. */
    IntList sort() {
        for (int i = 1; i < size; i++) {
            if (values[i] < values[i - 1]) {
                Arrays.sort(values, 0, size);
                break;
            }
        }
        return this;
    }

    void clear() {
        size = 0;
    }

    int[] toArray() {
        return Arrays.copyOf(values, size);
    }
}
