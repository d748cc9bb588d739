package org.llmsys.tokenizer.internal.bytepair;

import java.text.Normalizer;

/**
 * A run of text in Unicode's composed form (NFC), and the way back: e and U+0301 (combining acute) become é, which covers both.
 *
 * @param text   the composed text
 * @param offset where the run begins in the text it is of
 * @param starts for each of its UTF-16 units, where the characters it was made of begin in the run; null when nothing changed
 * @param ends   where they end
 */
record ComposedText(String text, int offset, int[] starts, int[] ends) {

    /** The run as it is. */
    static ComposedText unchanged(String text, int offset) {
        return new ComposedText(text, offset, null, null);
    }

    static ComposedText of(String text, int offset) {
        if (Normalizer.isNormalized(text, Normalizer.Form.NFC)) {
            return unchanged(text, offset);
        }
        StringBuilder composed = new StringBuilder(text.length());
        IntList starts = new IntList(text.length());
        IntList ends = new IntList(text.length());
        int from = 0;
        for (int at = 1; at <= text.length(); at++) {
            if (at < text.length() && mayJoin(text, at)) {
                continue;
            }
            String part = text.substring(from, at);
            String after = Normalizer.normalize(part, Normalizer.Form.NFC);
            boolean same = after.equals(part);
            for (int i = 0; i < after.length(); i++) {
                starts.add(same ? from + i : from);
                ends.add(same ? from + i + 1 : at);
            }
            composed.append(after);
            from = at;
        }
        return new ComposedText(composed.toString(), offset, starts.toArray(), ends.toArray());
    }

    /**
     * Whether the character at {@code at} may join with what stands before it: marks, the vowels and finals of Korean, and the vowel
     * signs of Kirat Rai. A text may be composed from one character that does not to the next.
     */
    private static boolean mayJoin(String text, int at) {
        char unit = text.charAt(at);
        if (unit < 0x300) {
            return false;
        }
        if (Character.isLowSurrogate(unit)) {
            return true;
        }
        int character = text.codePointAt(at);
        return character >= 0x1160 && character <= 0x11FF || character >= 0x16D63 && character <= 0x16D6A || switch (Character.getType(character)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> true;
            default -> false;
        };
    }

    /** Where the characters begin that the unit {@code unit} was made of; the run's end for the unit after the last. */
    int start(int unit) {
        return offset + (starts == null ? unit : unit < starts.length ? starts[unit] : unit == 0 ? 0 : ends[unit - 1]);
    }

    /** Where the characters end that the unit before {@code unit} was made of. */
    int end(int unit) {
        return offset + (ends == null || unit == 0 ? unit : ends[unit - 1]);
    }
}
