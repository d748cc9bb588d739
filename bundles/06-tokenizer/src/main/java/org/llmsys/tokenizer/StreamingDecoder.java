package org.llmsys.tokenizer;

/**
 * The text of a growing sequence, piece by piece: gives what each id adds, holding back until a character is complete. For one
 * sequence and one thread. Whoever continues a prompt feeds it the prompt's ids first, so that a word gap before the first new
 * token is not lost.
 */
@FunctionalInterface
public interface StreamingDecoder {

    /** The text that this id adds; may be empty. The pieces and {@link #finish}, put together, are {@link Tokenizer#decode} of all ids. */
    String next(int id);

    /**
     * The end of the sequence: what is still held back, with U+FFFD for a character that was never completed. Empty for tokenizers
     * that hold nothing back.
     */
    default String finish() {
        return "";
    }
}
