package org.llmsys.shell.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.tokenizer.Encoding;

/**
 * Where two tokenizers cut one text alike, and where they do not.
 *
 * <pre>
 *   text    l o w e r   t o w n
 *   A       [low][er]   [t][own]          [low] = [low]: alike
 *   B       [low][e][r] [town]            [er] | [e][r], and [t][own] | [town]: two places
 * </pre>
 *
 * <p>A place is the shortest stretch of text at whose ends both cut. Tokens are compared by the text they cover, not by their ids; tokens
 * that cover none (special ones that were added) are left out. When one side has no tokens for blanks, as word-based kinds do, blanks at
 * the ends of the other's tokens do not count.
 *
 * @param places               in the order of the text
 * @param alike                UTF-16 units of text in tokens that both sides have
 * @param compared             UTF-16 units of text that either side has tokens for, blanks left out when they do not count
 * @param firstDifferingToken  the place of side A's first token that side B does not have; -1 when they cut alike
 */
record TextCuts(List<Place> places, long alike, long compared, int firstDifferingToken) {

    /**
     * A stretch of text that the sides cut differently.
     *
     * @param start  first UTF-16 unit
     * @param end    after its last one
     * @param firstA side A's first token there
     * @param endA   after its last one
     */
    record Place(int start, int end, int firstA, int endA, int firstB, int endB) {
    }

    /** From 0 to 1; 1 for a text without tokens. */
    double share() {
        return compared == 0 ? 1 : (double) alike / compared;
    }

    static TextCuts of(String text, Encoding a, Encoding b) {
        boolean blanksCount = coversBlanks(text, a) && coversBlanks(text, b);
        return new Walk(new Side(text, a, blanksCount), new Side(text, b, blanksCount)).run();
    }

    private static boolean coversBlanks(String text, Encoding encoding) {
        boolean[] covered = new boolean[text.length()];
        for (int i = 0; i < encoding.ids().length; i++) {
            for (int at = encoding.starts()[i]; at < encoding.ends()[i]; at++) {
                covered[at] = true;
            }
        }
        for (int at = 0; at < covered.length; at++) {
            if (!covered[at] && Character.isWhitespace(text.charAt(at))) {
                return false;
            }
        }
        return true;
    }

    /** The tokens that cover text, and how far the walk has come. */
    private static final class Side {

        private final int[] starts;
        private final int[] ends;
        private final int[] tokens;
        private final int size;
        private int at;

        Side(String text, Encoding encoding, boolean blanksCount) {
            int all = encoding.ids().length;
            starts = new int[all];
            ends = new int[all];
            tokens = new int[all];
            int kept = 0;
            for (int i = 0; i < all; i++) {
                int start = encoding.starts()[i];
                int end = encoding.ends()[i];
                while (!blanksCount && start < end && Character.isWhitespace(text.charAt(start))) {
                    start++;
                }
                while (!blanksCount && end > start && Character.isWhitespace(text.charAt(end - 1))) {
                    end--;
                }
                if (start < end) {
                    starts[kept] = start;
                    ends[kept] = end;
                    tokens[kept++] = i;
                }
            }
            size = kept;
        }

        boolean done() {
            return at == size;
        }

        int start() {
            return done() ? Integer.MAX_VALUE : starts[at];
        }

        /** Takes the tokens that begin before {@code end}. @return where the stretch ends now */
        int take(int end) {
            int reached = end;
            while (!done() && starts[at] < reached) {
                reached = Math.max(reached, ends[at++]);
            }
            return reached;
        }

        /** The token at a place of the walk, as the encoding counts. */
        int token(int place) {
            return place < size ? tokens[place] : size == 0 ? 0 : tokens[size - 1] + 1;
        }

        /** After the last token taken since that place: tokens left out between two stretches belong to neither. */
        int tokenAfter(int place) {
            return at > place ? tokens[at - 1] + 1 : token(place);
        }
    }

    /** Both sides, stretch after stretch. */
    private static final class Walk {

        private final Side a;
        private final Side b;
        private final List<Place> places = new ArrayList<>();
        private long alike;
        private long compared;
        private int first = -1;

        Walk(Side a, Side b) {
            this.a = a;
            this.b = b;
        }

        TextCuts run() {
            while (!a.done() || !b.done()) {
                int fromA = a.at;
                int fromB = b.at;
                int start = Math.min(a.start(), b.start());
                int end = start + 1;
                for (int before = 0; end != before;) {
                    before = end;
                    end = b.take(a.take(end));
                }
                compared += end - start;
                if (sameCuts(fromA, fromB)) {
                    alike += end - start;
                    continue;
                }
                first = first < 0 ? a.token(fromA) : first;
                places.add(new Place(start, end, a.token(fromA), a.tokenAfter(fromA), b.token(fromB), b.tokenAfter(fromB)));
            }
            return new TextCuts(List.copyOf(places), alike, compared, first);
        }

        private boolean sameCuts(int fromA, int fromB) {
            int count = a.at - fromA;
            if (count != b.at - fromB) {
                return false;
            }
            for (int i = 0; i < count; i++) {
                if (a.starts[fromA + i] != b.starts[fromB + i] || a.ends[fromA + i] != b.ends[fromB + i]) {
                    return false;
                }
            }
            return true;
        }
    }
}
