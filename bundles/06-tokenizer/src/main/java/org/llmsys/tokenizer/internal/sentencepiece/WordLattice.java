package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.Arrays;
import java.util.List;

/**
 * All ways to cut a word into pieces: the places between its units, and an edge for each piece that stands between two of them. For one
 * thread.
 */
final class WordLattice {

    /** What a character costs that is no piece: more than any way around it. */
    private static final double UNKNOWN = -1000;

    private final PieceTrie trie;
    private final double[] scores;
    private double[] forward = new double[64];
    private double[] backward = new double[64];
    private int[] from = new int[256];
    private int[] to = new int[256];
    private int[] piece = new int[256];
    private int edges;

    WordLattice(List<String> texts, double[] scores) {
        this.scores = scores;
        this.trie = new PieceTrie(4 * texts.size());
        for (int id = 0; id < texts.size(); id++) {
            trie.add(texts.get(id), id);
        }
    }

    private double score(int edge) {
        return piece[edge] < 0 ? UNKNOWN : scores[piece[edge]];
    }

    /** The edges, in the order of where they begin. */
    private void build(String word) {
        int n = word.length();
        edges = 0;
        for (int at = 0; at < n;) {
            int characterEnd = at + Character.charCount(word.codePointAt(at));
            boolean single = false;
            int node = PieceTrie.ROOT;
            for (int end = at; end < n;) {
                node = trie.child(node, word.charAt(end++));
                if (node == PieceTrie.NONE) {
                    break;
                }
                if (trie.idAt(node) != PieceTrie.NONE) {
                    add(at, end, trie.idAt(node));
                    single |= end == characterEnd;
                }
            }
            if (!single) {
                add(at, characterEnd, -1);
            }
            at = characterEnd;
        }
        if (forward.length <= n) {
            forward = new double[2 * n];
            backward = new double[2 * n];
        }
        Arrays.fill(forward, 0, n + 1, Double.NEGATIVE_INFINITY);
        Arrays.fill(backward, 0, n + 1, Double.NEGATIVE_INFINITY);
    }

    private void add(int begin, int end, int id) {
        if (edges == from.length) {
            from = Arrays.copyOf(from, 2 * edges);
            to = Arrays.copyOf(to, 2 * edges);
            piece = Arrays.copyOf(piece, 2 * edges);
        }
        from[edges] = begin;
        to[edges] = end;
        piece[edges++] = id;
    }

    /** log(exp(a) + exp(b)) */
    private static double logAdd(double a, double b) {
        double high = Math.max(a, b);
        double difference = Math.min(a, b) - high;
        return difference < -50 ? high : high + Math.log1p(Math.exp(difference));
    }

    /** Adds to each piece how often it is expected in {@code times} such words: the share of all ways to cut that go through it. */
    void addExpected(String word, int times, double[] counts) {
        build(word);
        int n = word.length();
        forward[0] = 0;
        for (int edge = 0; edge < edges; edge++) {
            forward[to[edge]] = logAdd(forward[to[edge]], forward[from[edge]] + score(edge));
        }
        backward[n] = 0;
        for (int edge = edges - 1; edge >= 0; edge--) {
            backward[from[edge]] = logAdd(backward[from[edge]], backward[to[edge]] + score(edge));
        }
        for (int edge = 0; edge < edges; edge++) {
            if (piece[edge] >= 0) {
                counts[piece[edge]] += times * Math.exp(forward[from[edge]] + score(edge) + backward[to[edge]] - forward[n]);
            }
        }
    }

    /** The pieces of the most probable way to cut, without one of them if wanted; characters that are no piece are left out. */
    int[] best(String word, int without) {
        build(word);
        int[] last = new int[word.length() + 1];
        forward[0] = 0;
        for (int edge = 0; edge < edges; edge++) {
            double sum = forward[from[edge]] + score(edge);
            if (sum > forward[to[edge]] && (without < 0 || piece[edge] != without)) {
                forward[to[edge]] = sum;
                last[to[edge]] = edge;
            }
        }
        int[] pieces = new int[word.length()];
        int count = 0;
        for (int at = word.length(); at > 0; at = from[last[at]]) {
            if (piece[last[at]] >= 0) {
                pieces[count++] = piece[last[at]];
            }
        }
        return Arrays.copyOf(pieces, count);
    }
}
