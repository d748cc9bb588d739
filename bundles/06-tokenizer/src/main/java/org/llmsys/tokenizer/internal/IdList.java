package org.llmsys.tokenizer.internal;

import java.util.Arrays;

import org.llmsys.tokenizer.Encoding;

/** Collects ids and where they came from. */
public final class IdList {

    private int[] ids;
    private int[] starts;
    private int[] ends;
    private int count;

    public IdList(int expected) {
        ids = new int[Math.max(16, expected)];
        starts = new int[ids.length];
        ends = new int[ids.length];
    }

    public void add(int id, int start, int end) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        ids[count] = id;
        starts[count] = start;
        ends[count++] = end;
    }

    public Encoding encoding() {
        return new Encoding(Arrays.copyOf(ids, count), Arrays.copyOf(starts, count), Arrays.copyOf(ends, count));
    }
}
