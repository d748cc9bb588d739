package org.llmsys.tokenizer.internal.bytepair;

import java.util.Arrays;

import org.llmsys.tokenizer.Encoding;

/**
 * Where tokens stand in a text, found by walking over the bytes of each run once. A token that holds a part of a character stands for
 * the whole of it.
 */
final class TokenOffsets {

    private final TokenBytes tokens;
    private final int[] ids;
    private final int[] starts;
    private final int[] ends;
    private int next;

    /**
     * @param before how many of the ids stand before the text
     * @param length the text's length: where the ids after the text stand
     */
    TokenOffsets(TokenBytes tokens, IntList ids, int before, int length) {
        this.tokens = tokens;
        this.ids = ids.toArray();
        this.starts = new int[this.ids.length];
        this.ends = new int[this.ids.length];
        Arrays.fill(starts, before, starts.length, length);
        Arrays.fill(ends, before, ends.length, length);
        next = before;
    }

    /**
     * The next {@code count} tokens are those of this piece.
     *
     * @param run the bytes of ordinary text; it may begin with a blank that the piece does not have
     */
    void add(AddedTokens.Piece piece, int count, byte[] run) {
        if (run == null) {
            starts[next] = piece.start();
            ends[next++] = piece.end();
            return;
        }
        ComposedText in = piece.in();
        int prefix = run.length == 0 || run[0] != ' ' || in.text().charAt(piece.from()) == ' ' ? 0 : 1;
        int at = 0;
        // unit: where the character begins that the byte before at belongs to; after: where it ends
        int unit = piece.from() - prefix;
        int after = unit;
        for (int last = next + count; next < last; next++) {
            int end = at + tokens.length(ids[next]);
            boolean first = true;
            int start = unit;
            for (; at < end; at++) {
                if ((run[at] & 0xC0) != 0x80) {
                    unit = after;
                    after += (run[at] & 0xF8) == 0xF0 ? 2 : 1;
                }
                if (first) {
                    start = unit;
                    first = false;
                }
            }
            starts[next] = start < piece.from() ? piece.start() : in.start(start);
            ends[next] = after <= piece.from() ? piece.start() : in.end(after);
        }
    }

    Encoding encoding() {
        return new Encoding(ids, starts, ends);
    }
}
