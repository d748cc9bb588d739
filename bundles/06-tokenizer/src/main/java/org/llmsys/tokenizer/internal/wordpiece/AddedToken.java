package org.llmsys.tokenizer.internal.wordpiece;

/**
 * A token that is found in the text before anything is normalized or cut.
 *
 * @param special    whether it stands for something that is not text; one that is not is found even when special tokens are ignored
 * @param leftStrip  whether it takes the white space before it along
 * @param rightStrip whether it takes the white space after it along
 * @param singleWord whether it counts only where no word character stands beside it
 */
record AddedToken(String content, boolean special, boolean leftStrip, boolean rightStrip, boolean singleWord) {

    /** One that is found as it stands. */
    AddedToken(String content, boolean special) {
        this(content, special, false, false, false);
    }

    /** Whether nothing but its content decides where it is found. */
    boolean isPlain() {
        return !leftStrip && !rightStrip && !singleWord;
    }
}
