package org.llmsys.tokenizer.internal.bytepair;

import org.llmsys.tokenizer.internal.Words;

/**
 * What the pre-tokenizers ask of a character, read straight from UTF-8 bytes.
 *
 * <pre>
 *   LETTER  \p{L}          NUMBER  \p{N}          SPACE  \s (White_Space)        NEWLINE  \r or \n
 *   UPPER   Lu Lt Lm Lo M  LOWER   Ll Lm Lo M     (o200k's two halves of a word; letters without case and marks are both)
 * </pre>
 *
 * <p>A byte that begins no valid character stands for itself and has no class: it is treated like punctuation.
 */
final class CharacterClass {

    static final int LETTER = 1;
    static final int NUMBER = 2;
    static final int SPACE = 4;
    static final int NEWLINE = 8;
    static final int UPPER = 16;
    static final int LOWER = 32;
    /** No letter, number or white space: {@code [^\s\p{L}\p{N}]}. */
    static final int NOT_OTHER = LETTER | NUMBER | SPACE;

    /** {@link #at} gives the class in the low bits and the number of bytes above them. */
    static final int LENGTH_SHIFT = 8;

    /** The classes of the Basic Multilingual Plane, where nearly all text is. */
    private static final byte[] BASIC_PLANE = new byte[1 << 16];

    static {
        for (int c = 0; c < BASIC_PLANE.length; c++) {
            BASIC_PLANE[c] = (byte) compute(c);
        }
    }

    private CharacterClass() {
    }

    static int of(int codePoint) {
        return codePoint < BASIC_PLANE.length ? BASIC_PLANE[codePoint] : compute(codePoint);
    }

    /** The class of the character that begins at {@code from} (which is before {@code to}), and its bytes {@code << LENGTH_SHIFT}. */
    static int at(byte[] text, int from, int to) {
        int lead = text[from];
        if (lead >= 0) {
            return BASIC_PLANE[lead] | 1 << LENGTH_SHIFT;
        }
        int length = (lead & 0xE0) == 0xC0 ? 2 : (lead & 0xF0) == 0xE0 ? 3 : (lead & 0xF8) == 0xF0 ? 4 : 1;
        if (length == 1 || from + length > to) {
            return 1 << LENGTH_SHIFT;
        }
        int codePoint = lead & 0x7F >> length;
        for (int i = 1; i < length; i++) {
            int next = text[from + i];
            if ((next & 0xC0) != 0x80) {
                return 1 << LENGTH_SHIFT;
            }
            codePoint = codePoint << 6 | next & 0x3F;
        }
        boolean overlong = codePoint < (length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000);
        if (overlong || codePoint > Character.MAX_CODE_POINT || codePoint >= 0xD800 && codePoint < 0xE000) {
            return 1 << LENGTH_SHIFT;
        }
        return of(codePoint) | length << LENGTH_SHIFT;
    }

    /** The character that begins at {@code from}, or -1 for a byte that begins none. */
    static int codePoint(byte[] text, int from, int to) {
        int length = at(text, from, to) >> LENGTH_SHIFT;
        if (length == 1) {
            return text[from] >= 0 ? text[from] : -1;
        }
        int codePoint = text[from] & 0x7F >> length;
        for (int i = 1; i < length; i++) {
            codePoint = codePoint << 6 | text[from + i] & 0x3F;
        }
        return codePoint;
    }

    /** The end of the run of characters from {@code at} on whose class has one of {@code wanted}. */
    static int runOf(int wanted, byte[] text, int at, int to) {
        while (at < to) {
            int next = at(text, at, to);
            if ((next & wanted) == 0) {
                break;
            }
            at += next >> LENGTH_SHIFT;
        }
        return at;
    }

    /** The end of the run of characters from {@code at} on that are neither letter, number nor white space. */
    static int runOfOther(byte[] text, int at, int to) {
        while (at < to) {
            int next = at(text, at, to);
            if ((next & NOT_OTHER) != 0) {
                break;
            }
            at += next >> LENGTH_SHIFT;
        }
        return at;
    }

    private static int compute(int codePoint) {
        int white = Words.isWhiteSpace(codePoint) ? SPACE | (codePoint == '\n' || codePoint == '\r' ? NEWLINE : 0) : 0;
        return white | switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER -> LETTER | UPPER;
            case Character.LOWERCASE_LETTER -> LETTER | LOWER;
            case Character.MODIFIER_LETTER, Character.OTHER_LETTER -> LETTER | UPPER | LOWER;
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> UPPER | LOWER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            default -> 0;
        };
    }
}
