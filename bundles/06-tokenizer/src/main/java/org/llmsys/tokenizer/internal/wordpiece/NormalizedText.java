package org.llmsys.tokenizer.internal.wordpiece;

import java.util.Arrays;

import org.llmsys.assembly.Problem;

/** A text after normalization; each of its UTF-16 units knows which characters of the original it came from. */
final class NormalizedText {

    private char[] units;
    private int[] starts;
    private int[] ends;
    private int length;

    NormalizedText(int expected) {
        units = new char[Math.max(16, expected)];
        starts = new int[units.length];
        ends = new int[units.length];
    }

    /** Appends a character that stands for the original's units from {@code start} to {@code end}. */
    void add(int character, int start, int end) {
        if (length + 2 > units.length) {
            units = Arrays.copyOf(units, 2 * units.length);
            starts = Arrays.copyOf(starts, units.length);
            ends = Arrays.copyOf(ends, units.length);
        }
        int count = Character.toChars(character, units, length);
        Arrays.fill(starts, length, length + count, start);
        Arrays.fill(ends, length, length + count, end);
        length += count;
    }

    int length() {
        return length;
    }

    char unit(int at) {
        return units[at];
    }

    int character(int at) {
        return Character.codePointAt(units, at, length);
    }

    /** Where the original of this unit begins. */
    int start(int at) {
        return starts[at];
    }

    /** Where the original of this unit ends. */
    int end(int at) {
        return ends[at];
    }

    String substring(int from, int to) {
        return new String(units, from, to - from);
    }

    /** @throws Problem when the character is half of a surrogate pair: such a text has no UTF-8 form */
    static void requireCharacter(int character, int at) {
        if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
            throw Problem.failed("the text is not valid Unicode", String.format("half of a surrogate pair (U+%04X) stands alone at character %d",
                    character, at), "give a text that was read from valid UTF-8");
        }
    }
}
