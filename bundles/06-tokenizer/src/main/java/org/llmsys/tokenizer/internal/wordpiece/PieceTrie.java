package org.llmsys.tokenizer.internal.wordpiece;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A tree of characters that finds the longest piece a text begins with.
 *
 * <pre>
 *   pieces  un  unable  ##able:    (begin) -u-&gt; -n-&gt; [un] -a-&gt; -b-&gt; -l-&gt; -e-&gt; [unable]
 *                                  (inside) -a-&gt; -b-&gt; -l-&gt; -e-&gt; [##able]
 * </pre>
 *
 * <p>All its edges stand in one hash table from (node, character) to node. Immutable once built.
 */
final class PieceTrie {

    /** The node where a word begins. */
    static final int BEGIN = 0;
    /** The node where a piece inside a word begins. */
    static final int INSIDE = 1;
    private static final int NONE = -1;

    private long[] edges = new long[1 << 12];
    private int[] targets = new int[1 << 12];
    private int[] pieces = {NONE, NONE, NONE, NONE};
    private int nodes = 2;

    /**
     * @param ids    which of the tokens are pieces
     * @param prefix what marks pieces inside a word, such as {@code ##}
     */
    PieceTrie(List<String> tokens, BitSet ids, String prefix) {
        Arrays.fill(edges, NONE);
        for (int id = ids.nextSetBit(0); id >= 0; id = ids.nextSetBit(id + 1)) {
            String token = tokens.get(id);
            insert(BEGIN, token, 0, id);
            if (token.startsWith(prefix) && token.length() > prefix.length()) {
                insert(INSIDE, token, prefix.length(), id);
            }
        }
    }

    /** The node this character leads to, or -1. */
    int next(int node, char character) {
        long edge = (long) node << 16 | character;
        int slot = slot(edge);
        return edges[slot] == edge ? targets[slot] : NONE;
    }

    /** The piece that ends in this node, or -1. */
    int piece(int node) {
        return pieces[node];
    }

    private void insert(int root, String token, int from, int id) {
        int node = root;
        for (int i = from; i < token.length(); i++) {
            int next = next(node, token.charAt(i));
            node = next == NONE ? grow(node, token.charAt(i)) : next;
        }
        pieces[node] = id;
    }

    private int grow(int node, char character) {
        if (nodes == pieces.length) {
            pieces = Arrays.copyOf(pieces, 2 * nodes);
            Arrays.fill(pieces, nodes, pieces.length, NONE);
        }
        if (2 * nodes > edges.length) {
            widen();
        }
        put((long) node << 16 | character, nodes);
        return nodes++;
    }

    private void widen() {
        long[] oldEdges = edges;
        int[] oldTargets = targets;
        edges = new long[2 * oldEdges.length];
        targets = new int[edges.length];
        Arrays.fill(edges, NONE);
        for (int i = 0; i < oldEdges.length; i++) {
            if (oldEdges[i] != NONE) {
                put(oldEdges[i], oldTargets[i]);
            }
        }
    }

    private void put(long edge, int target) {
        int slot = slot(edge);
        edges[slot] = edge;
        targets[slot] = target;
    }

    /** Where this edge stands, or the free place where it would. */
    private int slot(long edge) {
        int mask = edges.length - 1;
        long mixed = edge * 0x9E3779B97F4A7C15L;
        int slot = (int) (mixed >>> 32) & mask;
        while (edges[slot] != edge && edges[slot] != NONE) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}
