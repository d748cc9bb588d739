package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Byte-pair encoding over characters: begins with one symbol a character and merges the best pair, of equally good ones the leftmost,
 * until no two neighbours are a piece.
 *
 * <pre>
 *   h e l l o   with he -1, lo -2, llo -3   --&gt;  he l l o  --&gt;  he l lo  --&gt;  he llo
 * </pre>
 *
 * <p>A run is first cut where no merge can cross: between two characters that stand side by side in no piece, for instance before most
 * spaces. A part that is a piece, and would be merged into it, is found by one walk through the pieces. The rest is merged: short parts
 * by looking for the best pair again and again, long ones with a queue and a linked list, O(n log n). A piece that is unused is taken
 * apart again at the end.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich et al., Neural Machine Translation of Rare Words with Subword Units</a>
 */
final class MergeSegmenter implements Segmenter {

    private static final int SHORT = 40;
    private static final int NEVER = Integer.MAX_VALUE;

    private final Pieces pieces;
    private final PieceMerges merges;
    private final Neighbours neighbours;
    private final boolean anyUnused;
    /** Whether merging the text of the piece makes the piece. */
    private final boolean[] makesItself;

    MergeSegmenter(Pieces pieces, PieceMerges merges) {
        this.pieces = pieces;
        this.merges = merges;
        this.anyUnused = pieces.all().stream().anyMatch(piece -> piece.type() == PieceType.UNUSED);
        this.neighbours = new Neighbours(pieces);
        this.makesItself = new boolean[pieces.size()];
        for (int id = 0; id < makesItself.length; id++) {
            if (pieces.get(id).type() == PieceType.NORMAL) {
                int itself = id;
                SpacedText text = SpacedText.asIs(pieces.get(id).text());
                new Merging(text, (made, from, to) -> makesItself[itself] = made == itself).merge(0, text.length);
            }
        }
    }

    @Override
    public Cutter cutter(SpacedText text, Visitor visitor) {
        return new Merging(text, visitor);
    }

    private int symbol(int character) {
        long symbol = merges.characters().get(character);
        return symbol == LongTable.NONE ? NEVER : (int) symbol;
    }

    private final class Merging implements Cutter {

        private final SpacedText text;
        private final Visitor visitor;
        /** The symbols of one part, where each begins, and the rank and the result of its merge with its neighbour to the right. */
        private int[] symbols = new int[SHORT];
        private int[] starts = new int[SHORT + 1];
        private int[] ranks = new int[SHORT];
        private int[] results = new int[SHORT];
        private int[] next = {};
        private int[] previous = {};
        private int count;
        private MergeQueue queue;
        /** For each unused piece the two symbols it was last made of, and the length of the first. */
        private final Map<Integer, int[]> parts = anyUnused ? new HashMap<>() : Map.of();

        Merging(SpacedText text, Visitor visitor) {
            this.text = text;
            this.visitor = visitor;
        }

        @Override
        public void cut(int from, int to) {
            char[] characters = text.characters;
            int start = from;
            while (start < to) {
                int node = pieces.texts().child(PieceTrie.ROOT, characters[start]);
                int at = start + 1;
                while (at < to && neighbours.mayJoin(characters[at - 1], characters[at])) {
                    node = node == PieceTrie.NONE ? node : pieces.texts().child(node, characters[at]);
                    at++;
                }
                int id = node == PieceTrie.NONE ? -1 : pieces.texts().idAt(node);
                if (id >= 0 && makesItself[id]) {
                    visitor.piece(id, start, at);
                } else {
                    merge(start, at);
                }
                start = at;
            }
        }

        private void merge(int from, int to) {
            if (anyUnused) {
                parts.clear();
            }
            read(from, to);
            if (count <= SHORT) {
                mergeShort();
                for (int i = 0; i < count; i++) {
                    visit(symbols[i], starts[i], starts[i + 1]);
                }
            } else {
                mergeLong();
                for (int i = 0; i < count; i = next[i]) {
                    visit(symbols[i], starts[i], next[i] == count ? to : starts[next[i]]);
                }
            }
        }

        private void read(int from, int to) {
            if (to - from > symbols.length) {
                symbols = new int[to - from];
                starts = new int[to - from + 1];
                ranks = new int[to - from];
                results = new int[to - from];
            }
            int n = 0;
            for (int at = from; at < to; at = text.characterEnd(at)) {
                symbols[n] = symbol(text.codePoint(at));
                starts[n++] = at;
            }
            starts[n] = to;
            count = n;
        }

        private void mergeShort() {
            for (int i = 0; i < count - 1; i++) {
                look(i, i + 1);
            }
            while (true) {
                int best = 0;
                for (int i = 1; i < count - 1; i++) {
                    best = ranks[i] < ranks[best] ? i : best;
                }
                if (count < 2 || ranks[best] == NEVER) {
                    return;
                }
                symbols[best] = results[best];
                int left = count - best - 2;
                System.arraycopy(symbols, best + 2, symbols, best + 1, left);
                System.arraycopy(starts, best + 2, starts, best + 1, left + 1);
                System.arraycopy(ranks, best + 2, ranks, best + 1, left);
                System.arraycopy(results, best + 2, results, best + 1, left);
                count--;
                if (best + 1 < count) {
                    look(best, best + 1);
                }
                if (best > 0) {
                    look(best - 1, best);
                }
            }
        }

        private void mergeLong() {
            if (next.length < count) {
                next = new int[symbols.length];
                previous = new int[symbols.length];
            }
            queue = new MergeQueue(count);
            for (int i = 0; i < count; i++) {
                next[i] = i + 1;
                previous[i] = i - 1;
                queue(i);
            }
            while (!queue.isEmpty()) {
                int rank = queue.firstRank();
                int at = queue.firstPlace();
                queue.removeFirst();
                if (ranks[at] != rank) {
                    // one of the two has merged with another since
                    continue;
                }
                int gone = next[at];
                symbols[at] = results[at];
                ranks[gone] = NEVER;
                next[at] = next[gone];
                if (next[at] < count) {
                    previous[next[at]] = at;
                }
                queue(at);
                if (previous[at] >= 0) {
                    queue(previous[at]);
                }
            }
        }

        private void queue(int at) {
            if (next[at] == count) {
                ranks[at] = NEVER;
                return;
            }
            look(at, next[at]);
            if (ranks[at] != NEVER) {
                queue.add(ranks[at], at);
            }
        }

        private void look(int at, int right) {
            long merge = merges.table().get(PieceMerges.pair(symbols[at], symbols[right]));
            ranks[at] = merge == LongTable.NONE ? NEVER : (int) (merge >>> 32);
            results[at] = (int) merge;
            if (anyUnused && merge != LongTable.NONE && isUnused(results[at])) {
                parts.put(results[at], new int[] {symbols[at], symbols[right], starts[right] - starts[at]});
            }
        }

        /** A piece is at most {@link Pieces#LONGEST} long, so this is never deeper. */
        private void visit(int symbol, int from, int to) {
            int[] made = isUnused(symbol) ? parts.get(symbol) : null;
            if (made == null) {
                visitor.piece(symbol < pieces.size() ? symbol : -1, from, to);
                return;
            }
            visit(made[0], from, from + made[2]);
            visit(made[1], from + made[2], to);
        }
    }

    private boolean isUnused(int symbol) {
        return anyUnused && symbol < pieces.size() && pieces.get(symbol).type() == PieceType.UNUSED;
    }

    /** Which characters stand side by side in some piece. A set of hashes: it may say yes too often, which costs time only. */
    private static final class Neighbours {

        private final long[] bits;
        private final int shift;

        Neighbours(Pieces pieces) {
            int wanted = Math.clamp(64L * pieces.size(), 1 << 14, 1 << 24);
            int log = 32 - Integer.numberOfLeadingZeros(wanted - 1);
            bits = new long[1 << log - 6];
            shift = 32 - log;
            for (Pieces.Piece piece : pieces.all()) {
                for (int i = 1; i < piece.text().length(); i++) {
                    int bit = bit(piece.text().charAt(i - 1), piece.text().charAt(i));
                    bits[bit >>> 6] |= 1L << bit;
                }
            }
        }

        /** Also true inside a surrogate pair, which is one character. */
        boolean mayJoin(char left, char right) {
            int bit = bit(left, right);
            return (bits[bit >>> 6] & 1L << bit) != 0 || Character.isLowSurrogate(right);
        }

        private int bit(char left, char right) {
            return (left << 16 | right) * 0x9E3779B9 >>> shift;
        }
    }
}
