package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.HashMap;
import java.util.Map;

import org.llmsys.tokenizer.internal.bytepair.MergeTable;

/**
 * Byte-pair encoding over characters: begins with one symbol a character and merges the best pair, of equally good ones the leftmost,
 * until no two neighbours are a piece.
 *
 * <pre>
 *   h e l l o   with he -1, lo -2, llo -3   --&gt;  he l l o  --&gt;  he l lo  --&gt;  he llo
 * </pre>
 *
 * <p>The pairs wait in a {@link MergeQueue} and the symbols stand in a linked list, so n characters take O(n log n) steps at most. A piece
 * that is unused is taken apart again at the end.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich et al., Neural Machine Translation of Rare Words with Subword Units</a>
 */
final class MergeSegmenter implements Segmenter {

    private final Pieces pieces;
    private final PieceMerges merges;
    private final boolean anyUnused;

    MergeSegmenter(Pieces pieces, PieceMerges merges) {
        this.pieces = pieces;
        this.merges = merges;
        this.anyUnused = pieces.all().stream().anyMatch(piece -> piece.type() == PieceType.UNUSED);
    }

    @Override
    public void segment(SpacedText text, int from, int to, Visitor visitor) {
        if (from < to) {
            new Symbols(text, from, to).merge().visit(visitor);
        }
    }

    /** The symbols of one run of text, while they are merged. */
    private final class Symbols {

        private final int[] symbols;
        private final int[] starts;
        private final int[] next;
        private final int[] previous;
        /** For each symbol the rank of the merge with its neighbour to the right, and where the table has it. */
        private final int[] ranks;
        private final int[] slots;
        private final int count;
        private final MergeQueue queue;
        /** For each unused piece the two symbols it was last made of, and the length of the first. */
        private final Map<Integer, int[]> parts = anyUnused ? new HashMap<>() : Map.of();

        Symbols(SpacedText text, int from, int to) {
            int n = 0;
            symbols = new int[to - from];
            starts = new int[to - from + 1];
            for (int at = from; at < to; at = text.characterEnd(at)) {
                symbols[n] = merges.characters().getOrDefault(text.codePoint(at), Integer.MAX_VALUE);
                starts[n++] = at;
            }
            starts[n] = to;
            count = n;
            next = new int[n];
            previous = new int[n];
            ranks = new int[n];
            slots = new int[n];
            queue = new MergeQueue(n);
        }

        Symbols merge() {
            for (int i = 0; i < count; i++) {
                next[i] = i + 1;
                previous[i] = i - 1;
                look(i);
            }
            while (!queue.isEmpty()) {
                int at = queue.firstPlace();
                int rank = queue.firstRank();
                queue.removeFirst();
                if (ranks[at] != rank) {
                    // one of the two has merged with another since
                    continue;
                }
                int gone = next[at];
                symbols[at] = merges.table().id(slots[at]);
                ranks[gone] = MergeTable.NONE;
                next[at] = next[gone];
                if (next[at] < count) {
                    previous[next[at]] = at;
                }
                look(at);
                if (previous[at] >= 0) {
                    look(previous[at]);
                }
            }
            return this;
        }

        private void look(int at) {
            ranks[at] = MergeTable.NONE;
            if (next[at] == count) {
                return;
            }
            slots[at] = merges.table().slotOf(symbols[at], symbols[next[at]]);
            ranks[at] = merges.table().rank(slots[at]);
            if (ranks[at] != MergeTable.NONE) {
                queue.add(ranks[at], at);
                if (anyUnused && isUnused(merges.table().id(slots[at]))) {
                    parts.put(merges.table().id(slots[at]), new int[] {symbols[at], symbols[next[at]], starts[next[at]] - starts[at]});
                }
            }
        }

        void visit(Visitor visitor) {
            for (int i = 0; i < count; i = next[i]) {
                visit(visitor, symbols[i], starts[i], starts[next[i]]);
            }
        }

        /** A piece is at most {@link Pieces#LONGEST} long, so this is never deeper. */
        private void visit(Visitor visitor, int symbol, int from, int to) {
            int[] made = isUnused(symbol) ? parts.get(symbol) : null;
            if (made == null) {
                visitor.piece(symbol < pieces.size() ? symbol : -1, from, to);
                return;
            }
            visit(visitor, made[0], from, from + made[2]);
            visit(visitor, made[1], from + made[2], to);
        }
    }

    private boolean isUnused(int symbol) {
        return anyUnused && symbol < pieces.size() && pieces.get(symbol).type() == PieceType.UNUSED;
    }
}
