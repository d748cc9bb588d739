package org.llmsys.tokenizer.internal.sentencepiece;

import org.llmsys.assembly.Problem;

/** What a piece of a SentencePiece vocabulary is for, in the order of the numbers 1 to 6 that files give them. */
enum PieceType {

    /** Text. */
    NORMAL,
    /** Stands for what the vocabulary lacks. */
    UNKNOWN,
    /** A mark such as {@code <s>}; has no text. */
    CONTROL,
    /** Text that is never cut. */
    USER_DEFINED,
    /** Text that may arise on the way to a longer piece, and is taken apart again when it stays. */
    UNUSED,
    /** One byte, {@code <0x41>}. */
    BYTE;

    static PieceType numbered(long number) {
        if (number < 1 || number > values().length) {
            throw Problem.failed("cannot read the tokenizer", "a piece has the unknown type " + number, "give the file that belongs to the model");
        }
        return values()[(int) number - 1];
    }
}
