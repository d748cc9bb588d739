package org.llmsys.tokenizer.internal.bytepair;

/**
 * A token that is found in the text before anything is cut or merged.
 *
 * @param special whether it stands for something that is not text; one that is not is found even when special tokens are ignored
 */
record AddedToken(int id, String content, boolean special) {
}
