package org.llmsys.shell.internal;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;

import org.llmsys.tokenizer.Encoding;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;

/**
 * How well a tokenizer fits a text.
 *
 * <pre>
 *   bytes per token = bytes of the text in UTF-8 / tokens      more is a shorter sequence
 *   tokens per word = tokens / runs of characters that are no white space
 * </pre>
 *
 * <p>Special tokens are neither added nor recognized: a text is only text here.
 *
 * @param characters Unicode characters of the text
 * @param used       different tokens that occur
 * @param firstLoss  index of the first UTF-16 unit that decoding does not give back; -1 when the text comes back as it was
 */
record TextFit(Encoding encoding, long bytes, long characters, long words, int used, int firstLoss) {

    static TextFit of(Tokenizer tokenizer, String text) {
        Encoding encoding = tokenizer.encode(text, Specials.IGNORED);
        BitSet used = new BitSet(tokenizer.vocabSize());
        for (int id : encoding.ids()) {
            used.set(id);
        }
        String back = tokenizer.decode(encoding.ids());
        return new TextFit(encoding, text.getBytes(StandardCharsets.UTF_8).length, text.codePointCount(0, text.length()), words(text),
                used.cardinality(), mismatch(text, back));
    }

    private static long words(String text) {
        long words = 0;
        boolean inside = false;
        for (int i = 0; i < text.length(); i++) {
            boolean blank = Character.isWhitespace(text.charAt(i));
            words += !blank && !inside ? 1 : 0;
            inside = !blank;
        }
        return words;
    }

    private static int mismatch(String text, String back) {
        int at = 0;
        while (at < text.length() && at < back.length() && text.charAt(at) == back.charAt(at)) {
            at++;
        }
        return at == text.length() && at == back.length() ? -1 : at;
    }

    int tokens() {
        return encoding.ids().length;
    }

    /** NaN for an empty text. */
    double bytesPerToken() {
        return (double) bytes / tokens();
    }

    double charactersPerToken() {
        return (double) characters / tokens();
    }

    double tokensPerWord() {
        return (double) tokens() / words;
    }

    /** {@code the same text}, or where it is another one. */
    String roundTrip() {
        return firstLoss < 0 ? "the same text" : "another text, from character " + firstLoss + " on";
    }
}
