package org.llmsys.tokenizer.internal.bytepair;

/**
 * Cuts text into pieces (words with the blank before them, numbers, punctuation, white space); merges never cross a cut. Published
 * models define the cut by a regular expression; here each one is a scanner that reads every byte a bounded number of times.
 */
@FunctionalInterface
interface PreTokenizer {

    /** The end of the piece that begins at {@code from}; greater than {@code from}, which is less than {@code to}. */
    int end(byte[] text, int from, int to);

    /** No cut at all: the whole text is one piece. */
    static int everything(byte[] text, int from, int to) {
        return to;
    }
}
