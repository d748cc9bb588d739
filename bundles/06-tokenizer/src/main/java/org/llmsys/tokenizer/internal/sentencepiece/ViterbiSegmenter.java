package org.llmsys.tokenizer.internal.sentencepiece;

import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Unigram segmentation: of all ways to cut a text into pieces, the one whose scores (logarithms of probabilities) have the greatest sum.
 *
 * <pre>
 *   best(0) = 0      best(end) = max over pieces text[start..end) of best(start) + score(piece)
 * </pre>
 *
 * <p>A character that is no piece costs the lowest score less 10. A user-defined piece costs next to nothing. Found from left to right
 * (Viterbi), so n characters take n steps of at most the longest piece's length; wherever no piece reaches over a place, the best way to
 * there is settled and given out, so the memory is that of one word; where pieces overlap without end, the ways that may still win are
 * followed back to where they meet.
 *
 * @see <a href="https://arxiv.org/abs/1804.10959">Kudo, Subword Regularization</a>
 */
final class ViterbiSegmenter implements Segmenter {

    private static final double UNKNOWN_PENALTY = 10;
    /** Places behind the settled one before it is worth looking where all ways meet. */
    private static final int WINDOW = 1024;

    private static final int SMALL = 64;
    /** From here on a table is worth keeping for the next long text: new memory costs more time than the search. */
    private static final int LARGE = 1 << 14;

    private final AtomicReference<SoftReference<Table>> spare = new AtomicReference<>();
    private final PieceTrie trie;
    private final double[] scores;
    private final boolean[] userDefined;
    private final boolean[] unused;
    private final double unknownScore;
    private final double highest;
    private final boolean singlePrecision;

    /** @param singlePrecision sums are rounded to 32 bits, as SentencePiece does; Hugging Face keeps 64 */
    ViterbiSegmenter(Pieces pieces, boolean singlePrecision) {
        this.singlePrecision = singlePrecision;
        this.trie = pieces.texts();
        scores = pieces.all().stream().mapToDouble(Pieces.Piece::score).toArray();
        userDefined = new boolean[pieces.size()];
        unused = new boolean[pieces.size()];
        double lowest = Float.MAX_VALUE;
        double greatest = Float.MIN_NORMAL;
        for (int id = 0; id < pieces.size(); id++) {
            Pieces.Piece piece = pieces.get(id);
            if (piece.type() == PieceType.NORMAL) {
                lowest = Math.min(lowest, piece.score());
                greatest = Math.max(greatest, piece.score());
            }
            userDefined[id] = piece.type() == PieceType.USER_DEFINED;
            // Hugging Face's added tokens were found before, or do not count where they stand
            unused[id] = piece.type() == PieceType.UNUSED || userDefined[id] && !singlePrecision;
        }
        unknownScore = lowest - UNKNOWN_PENALTY;
        highest = greatest;
    }

    @Override
    public Cutter cutter(SpacedText text, Visitor visitor) {
        return new Search(text, visitor);
    }

    /** What is known of each place; {@code start} is -1 wherever nothing is known yet. */
    private record Table(double[] best, int[] start, int[] piece, int[] way) {

        Table(int size) {
            this(new double[size], new int[size], new int[size], new int[size]);
            Arrays.fill(start, -1);
        }
    }

    private final class Search implements Cutter {

        private final SpacedText text;
        private final Visitor visitor;
        /** For each place since the last settled one: the best sum, where its last piece began, and that piece. */
        private double[] best;
        private int[] start;
        private int[] piece;
        private int[] way;
        /** The place that index 0 stands for. */
        private int settled;
        /** How far from it the next look back is worth its time. */
        private int patience;

        Search(SpacedText text, Visitor visitor) {
            this.text = text;
            this.visitor = visitor;
            use(new Table(SMALL));
        }

        private void use(Table table) {
            best = table.best;
            start = table.start;
            piece = table.piece;
            way = table.way;
        }

        @Override
        public void cut(int from, int to) {
            settled = from;
            patience = WINDOW;
            best[0] = 0;
            int reached = from;
            for (int at = from; at < to;) {
                if (at == reached) {
                    settle(at);
                } else if (at - settled >= patience) {
                    settleWhereAllMeet(at, reached);
                }
                int end = text.characterEnd(at);
                reserve(end - settled);
                int furthest = extend(at, end, to);
                reached = Math.max(reached, Math.abs(furthest));
                double unknown = sum(best[at - settled], unknownScore);
                // a negative end says that no piece is this one character
                if (furthest < 0 && (start[end - settled] < 0 || unknown > best[end - settled])) {
                    reach(end - settled, at - settled, -1, unknown);
                }
                at = end;
            }
            settle(to);
            if (best.length > LARGE) {
                spare.set(new SoftReference<>(new Table(best, start, piece, way)));
                use(new Table(SMALL));
            }
        }

        /** Tries every piece that begins at {@code at}; the furthest end, negative when none of them is the single character. */
        private int extend(int at, int characterEnd, int to) {
            boolean single = false;
            int furthest = characterEnd;
            int node = PieceTrie.ROOT;
            double before = best[at - settled];
            char[] characters = text.characters;
            for (int end = at + 1; end <= to; end++) {
                node = trie.child(node, characters[end - 1]);
                if (node == PieceTrie.NONE) {
                    break;
                }
                int id = trie.idAt(node);
                if (id == PieceTrie.NONE || unused[id]) {
                    continue;
                }
                reserve(end - settled);
                double candidate = sum(before, userDefined[id] ? utf8Length(at, end) * highest - 0.1 : scores[id]);
                if (start[end - settled] < 0 || candidate > best[end - settled]) {
                    reach(end - settled, at - settled, id, candidate);
                }
                single |= end == characterEnd;
                furthest = end;
            }
            furthest = Math.max(furthest, characterEnd);
            return single ? furthest : -furthest;
        }

        private void reserve(int index) {
            if (index >= best.length) {
                int size = best.length;
                Table larger = table(Math.max(2 * index, index + 1));
                System.arraycopy(best, 0, larger.best, 0, size);
                System.arraycopy(start, 0, larger.start, 0, size);
                System.arraycopy(piece, 0, larger.piece, 0, size);
                use(larger);
            }
        }

        /** One that a long text before left, if it is long enough. */
        private Table table(int size) {
            SoftReference<Table> kept = size <= LARGE ? null : spare.getAndSet(null);
            Table table = kept == null ? null : kept.get();
            return table == null || table.best.length < size ? new Table(size) : table;
        }

        /** Rounded before it is compared: which of two equally good ways wins a long text depends on it. */
        private double sum(double before, double score) {
            return singlePrecision ? (float) before + (float) score : before + score;
        }

        private void reach(int end, int from, int id, double score) {
            best[end] = score;
            start[end] = from;
            piece[end] = id;
        }

        /**
         * Where pieces overlap without end, as in a long line of one sign, all ways that may still win come from one place not far back:
         * the way to there is settled.
         */
        private void settleWhereAllMeet(int at, int reached) {
            boolean[] alive = new boolean[reached - settled + 1];
            int ways = 0;
            for (int i = at - settled; i <= reached - settled; i++) {
                alive[i] = start[i] >= 0;
                ways += alive[i] ? 1 : 0;
            }
            int meeting = reached - settled;
            for (; ways > 1 || !alive[meeting]; meeting--) {
                if (alive[meeting]) {
                    ways -= alive[start[meeting]] ? 1 : 0;
                    alive[start[meeting]] = true;
                }
            }
            if (meeting > 0) {
                moveTo(meeting, at, reached);
            }
            patience = Math.max(WINDOW, 2 * (at - settled));
        }

        private void moveTo(int meeting, int at, int reached) {
            int end = reached - settled;
            double sum = best[meeting];
            giveOut(meeting);
            for (int i = meeting + 1; i <= end; i++) {
                best[i - meeting] = best[i];
                piece[i - meeting] = piece[i];
                start[i - meeting] = start[i] < meeting ? -1 : start[i] - meeting;
            }
            Arrays.fill(start, end - meeting + 1, end + 1, -1);
            start[0] = -1;
            best[0] = sum;
            settled += meeting;
        }

        /** Gives out the pieces up to here, and begins anew with the sum reached. */
        private void settle(int end) {
            int last = end - settled;
            double sum = best[last];
            giveOut(last);
            Arrays.fill(start, 0, last + 1, -1);
            settled = end;
            patience = WINDOW;
            best[0] = sum;
        }

        private void giveOut(int last) {
            int cuts = 0;
            for (int at = last; at > 0; at = start[at]) {
                way[cuts++] = at;
            }
            while (cuts-- > 0) {
                visitor.piece(piece[way[cuts]], settled + start[way[cuts]], settled + way[cuts]);
            }
        }

        private int utf8Length(int from, int to) {
            int bytes = 0;
            for (int at = from; at < to; at++) {
                char c = text.characters[at];
                bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
            }
            return bytes;
        }
    }
}
