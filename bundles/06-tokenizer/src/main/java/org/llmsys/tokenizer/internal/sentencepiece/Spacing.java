package org.llmsys.tokenizer.internal.sentencepiece;

/**
 * How spaces are written into a text before it is cut: each becomes U+2581, and one may be put before the text, so that a word is the
 * same piece at the start of a text and inside it.
 *
 * @param prefix           whether a text gets a space before it
 * @param unlessThere      only when it does not begin with one
 * @param removeExtra      whether spaces at the ends go, and several in a row become one
 * @param cutBeforeSpaces  whether no piece reaches over the beginning of a space
 */
record Spacing(Prefix prefix, boolean unlessThere, boolean removeExtra, boolean cutBeforeSpaces) {

    /** Which runs of text, of those that special tokens part, get a space before them. */
    enum Prefix { NONE, FIRST, EVERY }

    /** What Llama's vocabularies use. */
    static final Spacing LLAMA = new Spacing(Prefix.EVERY, false, false, false);
}
