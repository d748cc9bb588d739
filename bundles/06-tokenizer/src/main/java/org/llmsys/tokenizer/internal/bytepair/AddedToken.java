package org.llmsys.tokenizer.internal.bytepair;

/**
 * A token that is found in the text before anything is cut or merged.
 *
 * @param special    whether it stands for something that is not text; one that is not is found even when special tokens are ignored
 * @param leftStrip  whether it takes the white space before it along
 * @param rightStrip whether it takes the white space after it along
 * @param singleWord whether it counts only where no word character stands beside it
 * @param normalized whether it is looked for after the text was normalized, and not before
 */
record AddedToken(int id, String content, boolean special, boolean leftStrip, boolean rightStrip, boolean singleWord, boolean normalized) {

    /** One that is found as it stands. */
    AddedToken(int id, String content, boolean special) {
        this(id, content, special, false, false, false, false);
    }

    /** Whether nothing but its content decides where it is found. */
    boolean isPlain() {
        return !leftStrip && !rightStrip && !singleWord && !normalized;
    }
}
