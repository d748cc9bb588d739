package org.llmsys.inference;

/**
 * The most memory a sequence takes, known before it starts. What kernels keep for themselves is not in it, nor the weights.
 *
 * @param cache     bytes of keys and values at full length, as the cache's provider states them; blocks that a fork shares are counted in full,
 *                  because they are its own when the other is closed first
 * @param logits    bytes of the copies of one token's logits
 * @param workspace bytes that the largest steps compute in: one block's intermediates for every row of a chunk, what each block hands on, and a
 *                  row or more of logits; those of two steps where they differ in size. In engine {@code single} every sequence has its own; in
 *                  {@code batched} all sequences over one model share one, which counts once
 */
public record SessionMemory(long cache, long logits, long workspace) {

    /** All of it. */
    public long bytes() {
        return Math.addExact(Math.addExact(cache, logits), workspace);
    }
}
