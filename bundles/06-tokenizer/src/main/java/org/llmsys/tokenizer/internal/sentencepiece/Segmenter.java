package org.llmsys.tokenizer.internal.sentencepiece;

/** Cuts text into pieces: the step in which the algorithms differ. Immutable. */
interface Segmenter {

    /** Told of each piece, from left to right. */
    @FunctionalInterface
    interface Visitor {

        /** @param id -1 for one character that the vocabulary lacks */
        void piece(int id, int from, int to);
    }

    /** Visits the pieces of the characters from {@code from} to {@code to}. */
    void segment(SpacedText text, int from, int to, Visitor visitor);
}
