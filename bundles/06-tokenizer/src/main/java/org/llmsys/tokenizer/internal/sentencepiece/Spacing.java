package org.llmsys.tokenizer.internal.sentencepiece;

/**
 * How SentencePiece writes spaces into a text before it is cut: each becomes U+2581, and one may be put before the text, so that a word is
 * the same piece at the start of a text and inside it.
 *
 * @param prefix      whether a space is put before each run of text between special tokens
 * @param removeExtra whether spaces at the ends go, and several in a row become one
 * @param suffix      whether that space is put after the text instead of before it
 * @param escape      whether spaces become U+2581; else they stay
 */
record Spacing(boolean prefix, boolean removeExtra, boolean suffix, boolean escape) {

    /** What Llama's vocabularies use. */
    static final Spacing LLAMA = new Spacing(true, false, false, true);

    Spacing(boolean prefix, boolean removeExtra) {
        this(prefix, removeExtra, false, true);
    }
}
