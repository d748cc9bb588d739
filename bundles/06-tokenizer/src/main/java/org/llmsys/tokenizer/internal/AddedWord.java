package org.llmsys.tokenizer.internal;

/**
 * A token that is found in a text before the rest is cut.
 *
 * @param special whether it stands for something that is not text; one that is not is found even when special tokens are ignored
 */
record AddedWord(String content, boolean special) {
}
