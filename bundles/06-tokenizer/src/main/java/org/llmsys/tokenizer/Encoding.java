package org.llmsys.tokenizer;

/**
 * The ids of a text and the piece of the text each stands for.
 *
 * @param ids    T token ids
 * @param starts for each id, the index of its first UTF-16 unit in the text
 * @param ends   for each id, the index after its last one; equal to the start for an added special token
 */
public record Encoding(int[] ids, int[] starts, int[] ends) {
}
