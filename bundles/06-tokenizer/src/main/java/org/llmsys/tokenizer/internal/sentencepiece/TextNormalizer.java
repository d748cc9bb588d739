package org.llmsys.tokenizer.internal.sentencepiece;

import org.llmsys.assembly.Problem;

/** Brings a text into the form that pieces are written in. Immutable. */
interface TextNormalizer {

    /**
     * The form of the units from {@code from} to {@code to}.
     *
     * @param text whole Unicode text
     */
    SpacedText normalize(String text, int from, int to);

    /** @throws Problem for half a character (a surrogate alone), which no UTF-8 can express */
    static void requireWhole(String text) {
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c) || at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1))) {
                    throw Problem.failed("cannot encode the text", String.format("it holds half a character (U+%04X) at %d", (int) c, at),
                            "give whole Unicode text");
                }
                at++;
            }
        }
    }
}
