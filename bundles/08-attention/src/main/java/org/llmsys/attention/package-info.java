/**
 * Phase 08: every token looks at the tokens it may see: those before it, all of its text, or another text.
 *
 * <pre>
 *   S = Q·Kᵀ / sqrt(HS)     P = softmax(S, hidden keys masked)     O = P·V
 * </pre>
 *
 * <p>Axes: {@code B} batch, {@code NH} heads, {@code NKV} key-value heads, {@code T} queries, {@code S} keys (those of earlier steps included), {@code HS} head dim.
 * The {@link org.llmsys.attention.AttentionMask} says what a query sees; when it is causal, query t stands at position {@code S - T + t} and
 * sees keys 0 to {@code S - T + t}.
 *
 * <p>{@link org.llmsys.attention.AttentionKernel} computes the formula, {@link org.llmsys.attention.MultiHeadAttention} is the layer
 * around it, {@link org.llmsys.attention.CrossAttention} the one between two texts, {@link org.llmsys.attention.KvCache} keeps keys and values
 * from one step to the next, {@link org.llmsys.autograd.Hooks} look inside.
 * Kernels, plainest first: {@code reference} (the whole score matrix), {@code streaming} (blocks of keys, heads in parallel), {@code vector} (in
 * another bundle).
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, Attention Is All You Need</a>
 */
@Export
@Version("0.1.0")
package org.llmsys.attention;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
