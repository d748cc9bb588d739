package org.llmsys.attention;

import org.llmsys.assembly.Needs;
import org.llmsys.attention.MultiHeadAttention.AttentionSpec;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.Linear;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;

/**
 * The sublayer in which one sequence looks at another: a decoder's tokens ask, and what an encoder read answers.
 *
 * <pre>
 *   q       = x·W_q + b_q               q_attn            (B,T,C) to (B,T,NH·HS)
 *   [k | v] = memory·W_kv + b_kv        c_attn            (B,S,M) to (B,S,2·NKV·HS)
 *   head_h  = softmax(q_h·kᵀ / sqrt(HS), padding masked)·v                    (B,NH,T,HS)
 *   y       = [head_0 | head_1 | ...]·W' + b'    c_proj   (B,T,NH·HS) to (B,T,C)
 * </pre>
 *
 * <p>Every query sees the whole memory, whatever T and S are; positions turn nothing here, because there is no distance between two texts.
 *
 * <p>Weights: {@code q_attn.weight (C,NH·HS)}, {@code c_attn.weight (M, 2·NKV·HS)}, {@code c_proj.weight (NH·HS,C)}, each with an optional {@code .bias}:
 * the names of GPT-2 with cross-attention.
 *
 * <pre>{@code
 * AttentionSpec spec = new AttentionSpec(128, 4, 4, 0, false, "decoder.0.cross_attn");
 * CrossAttention attention = new CrossAttention(spec, 128, weights.scope("h.0.crossattention"), needs);
 * Variable y = attention.forward(x, memory, Sequences.padded(7, 3), pass);      // (2,T,128), memory (2,7,128)
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, section 3.2.3</a>
 */
public final class CrossAttention {

    private final AttentionSpec spec;
    private final int memoryDim;
    private final Linear queries;
    private final Linear keysAndValues;
    private final Linear projection;
    private final HeadAttention attention;
    private final String[] places;

    /**
     * @param spec       of the queries; its mask is not asked
     * @param memoryDim  M, features of what is looked at
     * @param parameters the scope of the weights, for example {@code h.0.crossattention}
     */
    public CrossAttention(AttentionSpec spec, int memoryDim, Parameters parameters, Needs needs) {
        this.spec = spec;
        this.memoryDim = memoryDim;
        this.queries = new Linear("q_attn", spec.embeddingDim(), spec.mixedFeatures(), parameters, needs);
        this.keysAndValues = new Linear("c_attn", memoryDim, 2 * spec.numKvHeads() * spec.headDim(), parameters, needs);
        this.projection = new Linear("c_proj", spec.mixedFeatures(), spec.embeddingDim(), parameters, needs);
        this.attention = new HeadAttention(ScoreBias.NONE, spec.place(), needs);
        this.places = new String[] {spec.place() + ".hook_q", spec.place() + ".hook_k", spec.place() + ".hook_v"};
    }

    /**
     * @param x        shape (B,T,C)
     * @param memory   shape (B,S,M)
     * @param memories how much of each row of the memory is no padding
     * @return the shape of x; a row whose memory is empty gets c_proj's bias
     * @throws ShapeException when a width or the batch does not fit
     */
    public Variable forward(Variable x, Variable memory, Sequences.Fresh memories, Pass pass) {
        requireFit("x", x.shape(), spec.embeddingDim());
        requireFit("memory", memory.shape(), memoryDim);
        memories.requireFit("cross-attention", memory.shape());
        Variable queryRow = queries.forward(x, pass);                                                    // (B,T,NH·HS)
        Variable memoryRow = keysAndValues.forward(memory, pass);                                        // (B,S,2·NKV·HS)
        Heads q = Heads.of(queryRow, 0, spec.numHeads(), spec.headDim(), pass).shown(places[0], pass);
        Heads k = Heads.of(memoryRow, 0, spec.numKvHeads(), spec.headDim(), pass).shown(places[1], pass);
        Heads v = Heads.of(memoryRow, spec.numKvHeads(), 2 * spec.numKvHeads(), spec.headDim(), pass).shown(places[2], pass);
        return projection.forward(attention.attend(q, k, v, AttentionMask.WHOLE.withLengths(memories.lengths()), pass), pass);
    }

    private void requireFit(String name, Shape shape, int width) {
        if (shape.rank() != 3 || shape.extent(2) != width) {
            throw new ShapeException("cross-attention " + spec.place() + ": " + name, shape, "it reads (batch, sequence, " + width + ")");
        }
    }
}
