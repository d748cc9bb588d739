package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.List;

/**
 * What a SentencePiece tokenizer does besides cutting.
 *
 * @param preparation   how a text is brought into the form of the pieces
 * @param byteFallback  a character that the vocabulary lacks becomes its bytes, if these are pieces
 * @param fuseUnknown   several unknown characters in a row become one id
 * @param bytesTogether a run of bytes that is not UTF-8 becomes as many U+FFFD (Hugging Face); else its valid parts stay (SentencePiece)
 * @param stripping     which spaces at the start of a decoded text go
 * @param unknownText   what the unknown piece is decoded to
 * @param before        ids added before a text
 * @param after         ids added after a text
 * @param end           the id that ends a text, -1 for none
 */
record TextForm(Preparation preparation, boolean byteFallback, boolean fuseUnknown, boolean bytesTogether, Stripping stripping, String unknownText,
        List<Integer> before, List<Integer> after, int end) {

    /** Which spaces at the start of a decoded text were not in the text that was encoded. */
    enum Stripping {
        NONE,
        /** One. */
        FIRST,
        /** All. */
        ALL,
        /** All in the first piece. */
        FIRST_PIECE
    }

    /** What SentencePiece decodes the unknown to. */
    static final String UNKNOWN_TEXT = " \u2047 ";

    TextForm {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /** As SentencePiece itself does it. */
    static TextForm sentencePiece(Preparation.SentencePiece preparation, boolean byteFallback, List<Integer> before, List<Integer> after, int end) {
        Spacing spacing = preparation.spacing();
        return new TextForm(preparation, byteFallback, true, false, spacing.removeExtra() ? Stripping.ALL : spacing.prefix()
                ? Stripping.FIRST : Stripping.NONE,
                UNKNOWN_TEXT, before, after, end);
    }

    TextForm withUnknownText(String text) {
        return new TextForm(preparation, byteFallback, fuseUnknown, bytesTogether, stripping, text, before, after, end);
    }

    boolean isSentencePiece() {
        return preparation instanceof Preparation.SentencePiece;
    }
}
