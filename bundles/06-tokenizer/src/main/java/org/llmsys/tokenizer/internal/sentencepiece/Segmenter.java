package org.llmsys.tokenizer.internal.sentencepiece;

/** Cuts text into pieces: the step in which the algorithms differ. Immutable. */
interface Segmenter {

    /** Told of each piece, from left to right. */
    @FunctionalInterface
    interface Visitor {

        /** @param id -1 for one character that the vocabulary lacks */
        void piece(int id, int from, int to);
    }

    /** Cuts one run of text after another; keeps its scratch memory from one to the next. For one thread. */
    @FunctionalInterface
    interface Cutter {

        /** Visits the pieces of the characters from {@code from} to {@code to}. */
        void cut(int from, int to);
    }

    Cutter cutter(SpacedText text, Visitor visitor);
}
