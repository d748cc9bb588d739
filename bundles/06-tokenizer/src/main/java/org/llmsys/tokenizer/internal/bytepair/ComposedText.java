package org.llmsys.tokenizer.internal.bytepair;

import java.text.Normalizer;
import java.util.Arrays;

/**
 * A text in Unicode's composed form (NFC), and the way back: e and U+0301 (combining acute) become é, which covers both.
 *
 * @param text   the composed text
 * @param starts for each of its UTF-16 units, where the characters it was made of begin in the original; null when nothing changed
 * @param ends   where they end
 */
record ComposedText(String text, int[] starts, int[] ends) {

    /** No character below this one joins with what stands before it, so a text may be composed from one such to the next. */
    private static final int FIRST_THAT_JOINS = 0x300;

    static ComposedText of(String text) {
        if (Normalizer.isNormalized(text, Normalizer.Form.NFC)) {
            return new ComposedText(text, null, null);
        }
        StringBuilder composed = new StringBuilder(text.length());
        // composing never makes a text more than three times as long (in UTF-16 units)
        int[] starts = new int[3 * text.length()];
        int[] ends = new int[3 * text.length()];
        int from = 0;
        for (int at = 1; at <= text.length(); at++) {
            if (at < text.length() && text.charAt(at) >= FIRST_THAT_JOINS) {
                continue;
            }
            String part = text.substring(from, at);
            String after = Normalizer.normalize(part, Normalizer.Form.NFC);
            int length = composed.length();
            boolean same = after.equals(part);
            for (int i = 0; i < after.length(); i++) {
                starts[length + i] = same ? from + i : from;
                ends[length + i] = same ? from + i + 1 : at;
            }
            composed.append(after);
            from = at;
        }
        return new ComposedText(composed.toString(), Arrays.copyOf(starts, composed.length()), Arrays.copyOf(ends, composed.length()));
    }

    int start(int unit) {
        return starts == null ? unit : starts[unit];
    }

    /** Where the characters end that the unit before {@code unit} was made of. */
    int end(int unit) {
        return ends == null ? unit : ends[unit - 1];
    }
}
