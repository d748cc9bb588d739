package org.llmsys.tokenizer.internal.wordpiece;

import java.util.Arrays;

/**
 * The word at hand, normalized; each of its UTF-16 units knows which characters of the text it came from. It is used again for the next
 * word. Of a word that is too long only the place is kept, so that a text without blanks costs no memory.
 */
final class Word {

    private final int maxCharacters;
    private char[] units = new char[32];
    private int[] starts = new int[32];
    private int[] ends = new int[32];
    private int length;
    private int characters;
    private int end;

    /** @param maxCharacters a word with more of them is too long */
    Word(int maxCharacters) {
        this.maxCharacters = maxCharacters;
    }

    void clear() {
        length = 0;
        characters = 0;
    }

    /** Appends a character of the first plane that stands for the text's units from {@code start} to {@code end}. */
    void add(char unit, int start, int end) {
        this.end = end;
        if (characters++ < maxCharacters) {
            put(unit, start, end);
        } else if (length == 0) {
            put(unit, start, end);                                     // no characters at all are allowed, but the place is
        }
    }

    /** Appends any character. */
    void add(int character, int start, int end) {
        if (character < 1 << 16) {
            add((char) character, start, end);
        } else {
            add(Character.highSurrogate(character), start, end);
            if (characters <= maxCharacters) {
                put(Character.lowSurrogate(character), start, end);
            }
        }
    }

    private void put(char unit, int start, int end) {
        if (length == units.length) {
            units = Arrays.copyOf(units, 2 * length);
            starts = Arrays.copyOf(starts, 2 * length);
            ends = Arrays.copyOf(ends, 2 * length);
        }
        units[length] = unit;
        starts[length] = start;
        ends[length++] = end;
    }

    boolean isEmpty() {
        return characters == 0;
    }

    boolean isTooLong() {
        return characters > maxCharacters;
    }

    int length() {
        return length;
    }

    char unit(int at) {
        return units[at];
    }

    /** Where the original of this unit begins. */
    int start(int at) {
        return starts[at];
    }

    /** Where the original of this unit ends. */
    int end(int at) {
        return ends[at];
    }

    /** Where the word ends. */
    int end() {
        return end;
    }

    @Override
    public String toString() {
        return new String(units, 0, length);
    }
}
