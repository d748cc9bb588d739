package org.llmsys.tokenizer.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.tokenizer.Encoding;

/** Collects ids and where they came from, in blocks that are never copied, so that a long text costs no more for each token than a short one. */
public final class IdList {

    private static final int LARGEST_BLOCK = 1 << 13;

    /** Full blocks: id, start, end of each token. */
    private final List<int[]> full = new ArrayList<>();
    private int[] block;
    private int used;
    private int inFullBlocks;

    public IdList(int expected) {
        block = new int[3 * Math.clamp(expected, 16, LARGEST_BLOCK)];
    }

    public void add(int id, int start, int end) {
        if (used == block.length) {
            full.add(block);
            inFullBlocks += used / 3;
            block = new int[3 * LARGEST_BLOCK];
            used = 0;
        }
        block[used] = id;
        block[used + 1] = start;
        block[used + 2] = end;
        used += 3;
    }

    public Encoding encoding() {
        int count = inFullBlocks + used / 3;
        Encoding encoding = new Encoding(new int[count], new int[count], new int[count]);
        int at = 0;
        for (int[] one : full) {
            at = copy(one, one.length, encoding, at);
        }
        copy(block, used, encoding, at);
        return encoding;
    }

    private static int copy(int[] from, int length, Encoding to, int at) {
        int next = at;
        for (int i = 0; i < length; i += 3) {
            to.ids()[next] = from[i];
            to.starts()[next] = from[i + 1];
            to.ends()[next++] = from[i + 2];
        }
        return next;
    }
}
