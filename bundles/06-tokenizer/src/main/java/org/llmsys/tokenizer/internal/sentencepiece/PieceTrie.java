package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.Arrays;

/**
 * Texts as a tree of UTF-16 units: walking down it along a text finds every text that begins there. The edges lie in one hash table,
 * (node, unit) to node, so that a step is one look-up. Filled by one thread; then any number of threads may read.
 */
final class PieceTrie {

    static final int ROOT = 0;
    /** No such node, no such text. */
    static final int NONE = -1;
    /** Bounds the memory that a file's pieces can take. */
    private static final int MOST_NODES = 1 << 24;
    private static final int CHILD_BITS = 24;

    /** node, unit and child in one number, 40 bits and 24, so that a step touches one place of memory; 0 for a free slot. */
    private long[] edges = new long[1 << 6];
    private int shift = 64 - 6;
    /** For each node the id of the text that ends there, or {@link #NONE}. */
    private int[] ids;
    private int nodes = 1;

    PieceTrie(int expectedNodes) {
        ids = new int[Math.max(16, expectedNodes)];
        Arrays.fill(ids, NONE);
    }

    void add(CharSequence text, int id) {
        int node = ROOT;
        for (int i = 0; i < text.length(); i++) {
            int child = child(node, text.charAt(i));
            if (child == NONE) {
                child = newNode();
                put((long) node << 16 | text.charAt(i), child);
            }
            node = child;
        }
        ids[node] = id;
    }

    private int newNode() {
        if (nodes == MOST_NODES) {
            throw Pieces.damaged("its pieces have more than " + MOST_NODES + " characters");
        }
        if (nodes == ids.length) {
            ids = Arrays.copyOf(ids, 2 * nodes);
            Arrays.fill(ids, nodes, ids.length, NONE);
        }
        return nodes++;
    }

    private void put(long key, int child) {
        if (2 * nodes > edges.length) {
            long[] old = edges;
            edges = new long[2 * old.length];
            shift--;
            for (long edge : old) {
                if (edge != 0) {
                    insert(edge);
                }
            }
        }
        insert(key << CHILD_BITS | child);
    }

    private void insert(long edge) {
        int slot = slot(edge >>> CHILD_BITS);
        while (edges[slot] != 0) {
            slot = slot + 1 & edges.length - 1;
        }
        edges[slot] = edge;
    }

    private int slot(long key) {
        return (int) (key * 0x9E3779B97F4A7C15L >>> shift);
    }

    /** The node one unit further down, or {@link #NONE}. */
    int child(int node, char unit) {
        long key = (long) node << 16 | unit;
        for (int slot = slot(key);; slot = slot + 1 & edges.length - 1) {
            long edge = edges[slot];
            if (edge >>> CHILD_BITS == key && edge != 0) {
                return (int) edge & (1 << CHILD_BITS) - 1;
            }
            if (edge == 0) {
                return NONE;
            }
        }
    }

    /** The id of the text that ends at this node, or {@link #NONE}. */
    int idAt(int node) {
        return ids[node];
    }

    /** The id of this text, or {@link #NONE}. */
    int id(CharSequence text) {
        int node = ROOT;
        for (int i = 0; i < text.length() && node != NONE; i++) {
            node = child(node, text.charAt(i));
        }
        return node == NONE ? NONE : ids[node];
    }

    /** The end of the longest text that begins at {@code from}, or {@code from} when none does. */
    int longest(CharSequence text, int from, int to) {
        int longest = from;
        int node = ROOT;
        for (int at = from; at < to; at++) {
            node = child(node, text.charAt(at));
            if (node == NONE) {
                break;
            }
            if (ids[node] != NONE) {
                longest = at + 1;
            }
        }
        return longest;
    }
}
