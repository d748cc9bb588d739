package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.List;

/**
 * What a SentencePiece tokenizer does besides cutting.
 *
 * @param byteFallback    a character that the vocabulary lacks becomes its bytes, if these are pieces
 * @param fuseUnknown     several unknown characters in a row become one id
 * @param bytesTogether   a run of bytes that is not UTF-8 becomes as many U+FFFD (Hugging Face); else its valid parts stay (SentencePiece)
 * @param unknownText     what the unknown piece is decoded to
 * @param before          ids added before a text
 * @param after           ids added after a text
 * @param end             the id that ends a text, -1 for none
 */
record TextForm(Spacing spacing, boolean byteFallback, boolean fuseUnknown, boolean bytesTogether, String unknownText, List<Integer> before,
        List<Integer> after, int end) {

    /** What SentencePiece decodes the unknown to. */
    static final String UNKNOWN_TEXT = " \u2047 ";

    TextForm {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /** As SentencePiece itself does it. */
    static TextForm sentencePiece(Spacing spacing, boolean byteFallback, List<Integer> before, List<Integer> after, int end) {
        return new TextForm(spacing, byteFallback, true, false, UNKNOWN_TEXT, before, after, end);
    }
}
