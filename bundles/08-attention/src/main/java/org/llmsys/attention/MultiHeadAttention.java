package org.llmsys.attention;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.Linear;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * The attention sublayer: every head looks at the past in its own way, and one more matrix mixes what the heads found.
 *
 * <pre>
 *   [q | k | v] = x·W + b               c_attn, one product for all three      (B,T,C) to (B,T,(NH + 2 NKV)·HS)
 *   q, k        turned by their positions, if the encoding does that
 *   head_h      = softmax(q_h·kᵀ / sqrt(HS) + bias by distance, if the encoding has one, masked)·v         (B,NH,T,HS)
 *   y           = [head_0 | head_1 | ...]·W' + b'       c_proj                  (B,T,NH·HS) to (B,T,C)
 * </pre>
 *
 * <p>Heads are views: feature h·HS + d of a row is element d of head h, so nothing is copied to take them apart or put them together,
 * and their gradients are added straight into the gradient of the fused row.
 *
 * <p>A decoder's mask is causal; an encoder's is not, and hides only the padding that {@link Sequences#padded} tells of.
 *
 * <p>Weights: {@code c_attn.weight (C, (NH + 2 NKV)·HS)}, {@code c_proj.weight (NH·HS, C)}, each with an optional {@code .bias}, as GPT-2
 * names and stores them. With NKV below NH, heads share keys and values (grouped-query attention).
 *
 * <pre>{@code
 * MultiHeadAttention attention = new MultiHeadAttention(new AttentionSpec(128, 4, 4, 0), weights.scope("h.0.attn"), positions, needs);
 * Variable y = attention.forward(x, Sequences.fresh(12), pass);      // (12,T,128) to (B,T,128)
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017</a>; grouped-query: <a href="https://arxiv.org/abs/2305.13245">Ainslie et al. 2023</a>
 */
public final class MultiHeadAttention {

    /**
     * @param embeddingDim C
     * @param numHeads     NH
     * @param numKvHeads   NKV; NH is a multiple of it
     * @param headDim      HS, nearly always C / NH
     * @param layer        number of the block: its place in the cache
     * @param causal       whether a token sees only what stands before it (a decoder), or all of its sequence (an encoder)
     * @param place        the sublayer's name in traces
     */
    public record AttentionSpec(int embeddingDim, int numHeads, int numKvHeads, int headDim, int layer, boolean causal, String place) {

        /** @throws IllegalArgumentException when the heads do not fit */
        public AttentionSpec {
            if (numHeads < 1 || numKvHeads < 1 || embeddingDim < 1 || headDim < 1 || numHeads % numKvHeads != 0) {
                throw new IllegalArgumentException(numHeads + " heads of " + headDim + " elements with " + numKvHeads + " key heads do not go together");
            }
        }

        /** Heads that share the features. */
        public AttentionSpec(int embeddingDim, int numHeads, int numKvHeads, int layer, boolean causal, String place) {
            this(embeddingDim, numHeads, numKvHeads, shared(embeddingDim, numHeads), layer, causal, place);
        }

        /** A decoder's. */
        public AttentionSpec(int embeddingDim, int numHeads, int numKvHeads, int layer) {
            this(embeddingDim, numHeads, numKvHeads, layer, true, "blocks." + layer + ".attn");
        }

        private static int shared(int embeddingDim, int numHeads) {
            if (numHeads < 1 || embeddingDim % numHeads != 0) {
                throw new IllegalArgumentException(numHeads + " heads do not divide " + embeddingDim + " features");
            }
            return embeddingDim / numHeads;
        }

        /** What all heads find, side by side: NH·HS, nearly always C. */
        int mixedFeatures() {
            return numHeads * headDim;
        }

        /** Heads side by side in a fused row: queries, keys, values. */
        int fusedHeads() {
            return numHeads + 2 * numKvHeads;
        }
    }

    private final AttentionSpec spec;
    private final AttentionMask mask;
    private final PositionalLayer positions;
    private final Linear fused;
    private final Linear projection;
    private final HeadAttention attention;
    private final String[] places;

    /**
     * @param parameters the scope of the attention weights, for example {@code h.0.attn}
     * @throws Problem when the encoding has a bias by distance, which only a causal mask can have
     */
    public MultiHeadAttention(AttentionSpec spec, Parameters parameters, PositionalLayer positions, Needs needs) {
        this.spec = spec;
        this.mask = spec.causal() ? AttentionMask.CAUSAL : AttentionMask.WHOLE;
        this.positions = positions;
        ScoreBias bias = positions.scoreBias(spec.numHeads());
        if (!bias.isNone() && !spec.causal()) {
            throw Problem.failed("attention in both directions cannot have positions that lower the scores by distance",
                    "a line that falls with the distance cannot tell left from right", "choose the position learned, sinusoidal or rope for an encoder");
        }
        this.fused = new Linear("c_attn", spec.embeddingDim(), spec.fusedHeads() * spec.headDim(), parameters, needs);
        this.projection = new Linear("c_proj", spec.mixedFeatures(), spec.embeddingDim(), parameters, needs);
        this.attention = new HeadAttention(bias, spec.place(), needs);
        this.places = new String[] {spec.place() + ".hook_q", spec.place() + ".hook_rot_q", spec.place() + ".hook_k", spec.place() + ".hook_rot_k",
            spec.place() + ".hook_v"};
    }

    /**
     * @param x         shape (B,T,C), or (1,N,C) for sequences with a cache, behind whose lengths this layer's rows are written
     * @param sequences which rows belong together; a pass that learns has fresh ones only, and so has attention in both directions
     * @return the shape of x
     * @throws ShapeException when x has another width, or other rows than the sequences
     */
    public Variable forward(Variable x, Sequences sequences, Pass pass) {
        requireFit(x, sequences, pass);
        Variable row = fused.forward(x, pass);                                           // (B,T,(NH + 2 NKV)·HS)
        Variable mixed = switch (sequences) {
            case Sequences.Fresh fresh -> attention.attend(queries(row, 0, pass), keys(row, 0, pass), values(row, pass),
                    mask.withLengths(fresh.lengths()), pass);
            case Sequences.Continued continued -> attendCached(row, continued, pass);
        };
        return projection.forward(mixed, pass);                                          // (B,T,C)
    }

    private Heads queries(Variable row, int start, Pass pass) {
        Heads q = Heads.of(row, 0, spec.numHeads(), spec.headDim(), pass).shown(places[0], pass);                     // (B,NH,T,HS)
        return turned(q, places[1], start, pass);
    }

    private Heads keys(Variable row, int start, Pass pass) {
        Heads k = Heads.of(row, spec.numHeads(), spec.numHeads() + spec.numKvHeads(), spec.headDim(), pass).shown(places[2], pass);    // (B,NKV,T,HS)
        return turned(k, places[3], start, pass);
    }

    private Heads values(Variable row, Pass pass) {
        return Heads.of(row, spec.numHeads() + spec.numKvHeads(), spec.fusedHeads(), spec.headDim(), pass).shown(places[4], pass);     // (B,NKV,T,HS)
    }

    private Heads turned(Heads heads, String place, int start, Pass pass) {
        Heads turned = heads.rotated(positions, start, pass);
        return turned.variable() == heads.variable() ? turned : turned.shown(place, pass);
    }

    private void requireFit(Variable x, Sequences sequences, Pass pass) {
        Shape shape = x.shape();
        if (shape.rank() != 3 || shape.extent(2) != spec.embeddingDim()) {
            throw new ShapeException("attention of layer " + spec.layer(), shape, "it reads (batch, sequence, " + spec.embeddingDim() + ")");
        }
        sequences.requireFit("attention of layer " + spec.layer(), shape);
        if (sequences instanceof Sequences.Continued && pass.tape().recording()) {
            throw new IllegalArgumentException("no gradient flows into a cache: learn without one");
        }
        if (sequences instanceof Sequences.Continued && !spec.causal()) {
            throw new IllegalArgumentException("attention in both directions has no cache: what an earlier token is depends on the later ones");
        }
    }

    /** Earlier positions are in the caches: each sequence's new rows go behind its own, then attention over all of them. */
    private Variable attendCached(Variable row, Sequences.Continued sequences, Pass pass) {
        Tensor y = pass.blank(1, sequences.rows(), spec.mixedFeatures());                // (1,N,NH·HS)
        int from = 0;
        for (Sequences.Part part : sequences.parts()) {
            int to = from + part.rows();
            Variable rows = Variable.constant("rows", row.value().slice(1, from, to));   // (1,T,(NH + 2 NKV)·HS)
            attendCached(rows, part, y.slice(1, from, to), pass);
            from = to;
        }
        return attention.shown(Variable.constant("attention", y), spec.headDim(), pass);
    }

    private void attendCached(Variable row, Sequences.Part part, Tensor y, Pass pass) {
        KvCache cache = part.cache();
        Heads q = queries(row, cache.length(), pass);
        Heads k = keys(row, cache.length(), pass);
        cache.write(spec.layer(), k.value().select(0, 0), values(row, pass).value().select(0, 0));     // (NKV,T,HS)
        attention.attend(q, cache.rows(spec.layer(), part.rows()), y, pass);
    }
}
