package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.Arrays;

import org.llmsys.tokenizer.internal.bytepair.MergeTable;

/**
 * Unigram segmentation: of all ways to cut a text into pieces, the one whose scores (logarithms of probabilities) have the greatest sum.
 *
 * <pre>
 *   best(0) = 0      best(end) = max over pieces text[start..end) of best(start) + score(piece)
 * </pre>
 *
 * <p>A character that is no piece costs the lowest score less 10. A user-defined piece costs next to nothing. Found from left to right
 * (Viterbi), so n characters take n steps of at most the longest piece's length.
 *
 * @see <a href="https://arxiv.org/abs/1804.10959">Kudo, Subword Regularization</a>
 */
final class ViterbiSegmenter implements Segmenter {

    private static final double UNKNOWN_PENALTY = 10;

    private final double[] scores;
    /** The pieces as a tree of characters: (node, character) leads to a node, the root is 0. */
    private final MergeTable tree;
    /** For each node the piece that ends there, or -1. */
    private final int[] pieceAt;
    private final boolean[] userDefined;
    private final double unknownScore;
    private final double highest;
    private final boolean singlePrecision;

    /** @param singlePrecision sums are rounded to 32 bits, as SentencePiece does; Hugging Face keeps 64 */
    ViterbiSegmenter(Pieces pieces, boolean singlePrecision) {
        this.singlePrecision = singlePrecision;
        scores = pieces.all().stream().mapToDouble(Pieces.Piece::score).toArray();
        userDefined = new boolean[pieces.size()];
        tree = new MergeTable(4 * pieces.size());
        int[] ends = new int[1 + pieces.size()];
        Arrays.fill(ends, -1);
        int nodes = 1;
        double lowest = Float.MAX_VALUE;
        double greatest = Float.MIN_NORMAL;
        for (int id = 0; id < pieces.size(); id++) {
            Pieces.Piece piece = pieces.get(id);
            if (piece.type() == PieceType.NORMAL) {
                lowest = Math.min(lowest, piece.score());
                greatest = Math.max(greatest, piece.score());
            }
            if (piece.type() != PieceType.NORMAL && piece.type() != PieceType.USER_DEFINED) {
                continue;
            }
            userDefined[id] = piece.type() == PieceType.USER_DEFINED;
            int node = 0;
            for (char c : piece.text().toCharArray()) {
                int slot = tree.slotOf(node, c);
                if (tree.rank(slot) == MergeTable.NONE) {
                    tree.put(node, c, 0, nodes);
                    node = nodes++;
                } else {
                    node = tree.id(slot);
                }
            }
            if (node >= ends.length) {
                int old = ends.length;
                ends = Arrays.copyOf(ends, 2 * node);
                Arrays.fill(ends, old, ends.length, -1);
            }
            ends[node] = id;
        }
        pieceAt = ends.length < nodes ? padded(ends, nodes) : ends;
        unknownScore = lowest - UNKNOWN_PENALTY;
        highest = greatest;
    }

    private static int[] padded(int[] ends, int nodes) {
        int[] all = Arrays.copyOf(ends, nodes);
        Arrays.fill(all, ends.length, nodes, -1);
        return all;
    }

    @Override
    public void segment(SpacedText text, int from, int to, Visitor visitor) {
        int n = to - from;
        double[] best = new double[n + 1];
        int[] start = new int[n + 1];
        int[] piece = new int[n + 1];
        Arrays.fill(start, -1);
        for (int at = 0; at < n;) {
            int end = text.characterEnd(from + at) - from;
            if (!extend(text, from, at, end, n, best, start, piece) && (start[end] < 0 || best[at] + unknownScore > best[end])) {
                reach(end, at, -1, best[at] + unknownScore, best, start, piece);
            }
            at = end;
        }
        int[] cuts = new int[n];
        int count = 0;
        for (int at = n; at > 0; at = start[at]) {
            cuts[count++] = at;
        }
        while (count-- > 0) {
            visitor.piece(piece[cuts[count]], from + start[cuts[count]], from + cuts[count]);
        }
    }

    /** Tries every piece that begins at {@code at}; whether one of them is a single character. */
    private boolean extend(SpacedText text, int from, int at, int characterEnd, int n, double[] best, int[] start, int[] piece) {
        boolean single = false;
        int node = 0;
        for (int end = at + 1; end <= n; end++) {
            int slot = tree.slotOf(node, text.characters[from + end - 1]);
            if (tree.rank(slot) == MergeTable.NONE) {
                break;
            }
            node = tree.id(slot);
            int id = pieceAt[node];
            if (id >= 0) {
                double score = userDefined[id] ? utf8Length(text, from + at, from + end) * highest - 0.1 : scores[id];
                double candidate = best[at] + score;
                if (start[end] < 0 || candidate > best[end]) {
                    reach(end, at, id, candidate, best, start, piece);
                }
                single |= end == characterEnd;
            }
        }
        return single;
    }

    private void reach(int end, int at, int id, double score, double[] best, int[] start, int[] piece) {
        best[end] = singlePrecision ? (float) score : score;
        start[end] = at;
        piece[end] = id;
    }

    private static int utf8Length(SpacedText text, int from, int to) {
        int bytes = 0;
        for (int at = from; at < to; at++) {
            char c = text.characters[at];
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }
}
