package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.shell.internal.TextCuts.Place;
import org.llmsys.tokenizer.Encoding;

class TextCutsTest {

    /** From, to, from, to, … of the tokens. */
    private static Encoding tokens(int... spans) {
        int[] ids = new int[spans.length / 2];
        int[] starts = new int[ids.length];
        int[] ends = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            starts[i] = spans[2 * i];
            ends[i] = spans[2 * i + 1];
        }
        return new Encoding(ids, starts, ends);
    }

    @Test
    @DisplayName("a place is the shortest stretch at whose ends both cut; what lies between places is alike")
    void places() {
        // lower town:  A [low][er][ t][own]   B [low][e][r][ town]
        TextCuts cuts = TextCuts.of("lower town", tokens(0, 3, 3, 5, 5, 7, 7, 10), tokens(0, 3, 3, 4, 4, 5, 5, 10));
        assertEquals(List.of(new Place(3, 5, 1, 2, 1, 3), new Place(5, 10, 2, 4, 3, 4)), cuts.places());
        assertEquals(1, cuts.firstDifferingToken());
        assertEquals(0.3, cuts.share());
    }

    @Test
    @DisplayName("crossing tokens make one place; equal cuts make none")
    void crossing() {
        TextCuts cuts = TextCuts.of("abcdef", tokens(0, 2, 2, 4, 4, 6), tokens(0, 1, 1, 3, 3, 5, 5, 6));
        assertEquals(List.of(new Place(0, 6, 0, 3, 0, 4)), cuts.places());
        TextCuts same = TextCuts.of("abc", tokens(0, 1, 1, 3), tokens(0, 1, 1, 3));
        assertEquals(List.of(), same.places());
        assertEquals(-1, same.firstDifferingToken());
        assertEquals(1, same.share());
    }

    @Test
    @DisplayName("three bytes of one character against one token are a difference; tokens that cover nothing are none")
    void bytesAndSpecials() {
        TextCuts cuts = TextCuts.of("\u65e5a", tokens(0, 0, 0, 1, 0, 1, 0, 1, 1, 2), tokens(0, 1, 1, 2, 2, 2));
        assertEquals(List.of(new Place(0, 1, 1, 4, 0, 1)), cuts.places());
        assertEquals(1, cuts.firstDifferingToken());
        assertEquals(0.5, cuts.share());
    }

    @Test
    @DisplayName("blanks count when both sides have tokens for them, and do not when one side skips them")
    void blanks() {
        assertEquals(List.of(new Place(1, 3, 1, 2, 1, 3)), TextCuts.of("a b", tokens(0, 1, 1, 3), tokens(0, 1, 1, 2, 2, 3)).places());
        assertEquals(List.of(), TextCuts.of("a b", tokens(0, 1, 1, 3), tokens(0, 1, 2, 3)).places());
    }

    @Test
    @DisplayName("text that one side leaves out is a place where it has no tokens; an empty text is alike")
    void leftOut() {
        assertEquals(List.of(new Place(1, 2, 1, 2, 1, 1)), TextCuts.of("axb", tokens(0, 1, 1, 2, 2, 3), tokens(0, 1, 2, 3)).places());
        assertEquals(List.of(new Place(0, 1, 0, 1, 0, 0)), TextCuts.of("a", tokens(0, 1), tokens()).places());
        assertEquals(1, TextCuts.of("", tokens(), tokens()).share());
    }
}
