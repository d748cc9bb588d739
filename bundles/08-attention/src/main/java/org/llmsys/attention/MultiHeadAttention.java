package org.llmsys.attention;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.Linear;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * The attention sublayer: every head looks at the past in its own way, and one more matrix mixes what the heads found.
 *
 * <pre>
 *   [q | k | v] = x·W + b               c_attn, one product for all three      (B,T,C) to (B,T,(NH + 2 NKV)·HS)
 *   q, k        turned by their positions, if the encoding does that
 *   head_h      = softmax(q_h·kᵀ / sqrt(HS) + bias by distance, if the encoding has one, later positions masked)·v         (B,NH,T,HS)
 *   y           = [head_0 | head_1 | ...]·W' + b'       c_proj                  (B,T,C) to (B,T,C)
 * </pre>
 *
 * <p>Heads are views: feature h·HS + d of a row is element d of head h, so nothing is copied to take them apart or put them together,
 * and their gradients are added straight into the gradient of the fused row.
 *
 * <p>Weights: {@code c_attn.weight (C, (NH + 2 NKV)·HS)}, {@code c_proj.weight (C, C)}, each with an optional {@code .bias}, as GPT-2
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
     * @param embeddingDim C, a multiple of NH
     * @param numHeads     NH
     * @param numKvHeads   NKV; NH is a multiple of it
     * @param layer        number of the block: its place in the cache
     */
    public record AttentionSpec(int embeddingDim, int numHeads, int numKvHeads, int layer) {

        /** @throws IllegalArgumentException when the heads do not fit */
        public AttentionSpec {
            if (numHeads < 1 || numKvHeads < 1 || embeddingDim < 1 || embeddingDim % numHeads != 0 || numHeads % numKvHeads != 0) {
                throw new IllegalArgumentException(numHeads + " heads with " + numKvHeads + " key heads do not divide " + embeddingDim + " features");
            }
        }

        /** HS = C / NH. */
        public int headDim() {
            return embeddingDim / numHeads;
        }

        /** Heads side by side in a fused row: queries, keys, values. */
        int fusedHeads() {
            return numHeads + 2 * numKvHeads;
        }
    }

    private final AttentionSpec spec;
    private final PositionalLayer positions;
    private final ScoreBias bias;
    private final Linear fused;
    private final Linear projection;
    private final Need<AttentionKernel> kernel;

    /** @param parameters the scope of the attention weights, for example {@code h.0.attn} */
    public MultiHeadAttention(AttentionSpec spec, Parameters parameters, PositionalLayer positions, Needs needs) {
        this.spec = spec;
        this.positions = positions;
        this.bias = positions.scoreBias(spec.numHeads());
        this.fused = new Linear("c_attn", spec.embeddingDim(), spec.fusedHeads() * spec.headDim(), parameters, needs);
        this.projection = new Linear("c_proj", spec.embeddingDim(), spec.embeddingDim(), parameters, needs);
        this.kernel = needs.add(AttentionKernel.class, AttentionKernel.ALGORITHM);
    }

    /**
     * @param x         shape (B,T,C), or (1,N,C) for sequences with a cache, behind whose lengths this layer's rows are written
     * @param sequences which rows belong together; a pass that learns has fresh ones only
     * @return the shape of x
     * @throws ShapeException when x has another width, or other rows than the sequences
     */
    public Variable forward(Variable x, Sequences sequences, Pass pass) {
        requireFit(x, sequences, pass);
        Variable row = fused.forward(x, pass);                                           // (B,T,(NH + 2 NKV)·HS)
        Variable mixed = switch (sequences) {
            case Sequences.Fresh fresh -> attend(row, queries(row, 0, pass), keys(row, 0, pass), values(row, pass), pass);
            case Sequences.Continued continued -> attendCached(row, continued, pass);
        };
        return projection.forward(mixed, pass);                                          // (B,T,C)
    }

    private Heads queries(Variable row, int start, Pass pass) {
        return Heads.of(row, 0, spec.numHeads(), spec, pass).rotated(positions, start, pass);                         // (B,NH,T,HS)
    }

    private Heads keys(Variable row, int start, Pass pass) {
        return Heads.of(row, spec.numHeads(), spec.numHeads() + spec.numKvHeads(), spec, pass).rotated(positions, start, pass);    // (B,NKV,T,HS)
    }

    private Heads values(Variable row, Pass pass) {
        return Heads.of(row, spec.numHeads() + spec.numKvHeads(), spec.fusedHeads(), spec, pass);                     // (B,NKV,T,HS)
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
    }

    /** All positions are here: attention over them, and the way back. */
    private Variable attend(Variable row, Heads q, Heads k, Heads v, Pass pass) {
        long batch = row.shape().extent(0);
        long sequence = row.shape().extent(1);
        Tensor y = pass.blank(batch, sequence, spec.embeddingDim());                     // (B,T,C)
        Tensor out = heads(y);                                                           // (B,NH,T,HS)
        Tensor logSumExp = pass.tape().recording() ? pass.blank(batch, spec.numHeads(), sequence) : null;
        pass.step().get(kernel).forward(q.value(), k.value(), v.value(), bias, out, logSumExp);
        return pass.tape().record("attention", y, (gradY, gradients) -> {
            if (gradients.wanted(row)) {
                pass.step().get(kernel).backward(q.value(), k.value(), v.value(), bias, out, logSumExp, heads(gradY),
                        q.gradient(gradients), k.gradient(gradients), v.gradient(gradients));
            }
        }, row, q.variable(), k.variable());
    }

    /** Earlier positions are in the caches: each sequence's new rows go behind its own, then attention over all of them. */
    private Variable attendCached(Variable row, Sequences.Continued sequences, Pass pass) {
        Tensor y = pass.blank(1, sequences.rows(), spec.embeddingDim());                 // (1,N,C)
        int from = 0;
        for (Sequences.Part part : sequences.parts()) {
            int to = from + part.rows();
            Variable rows = Variable.constant("rows", row.value().slice(1, from, to));   // (1,T,(NH + 2 NKV)·HS)
            attendCached(rows, part, y.slice(1, from, to), pass);
            from = to;
        }
        return Variable.constant("attention", y);
    }

    private void attendCached(Variable row, Sequences.Part part, Tensor y, Pass pass) {
        KvCache cache = part.cache();
        Heads q = queries(row, cache.length(), pass);
        Heads k = keys(row, cache.length(), pass);
        cache.write(spec.layer(), k.value().select(0, 0), values(row, pass).value().select(0, 0));     // (NKV,T,HS)
        pass.step().get(kernel).forward(q.value(), batchOfOne(cache.keys(spec.layer(), part.rows())),
                batchOfOne(cache.values(spec.layer(), part.rows())), bias, heads(y), null);
    }

    /** (B,T,C) seen as (B,NH,T,HS). */
    private Tensor heads(Tensor y) {
        return y.reshape(y.shape().extent(0), y.shape().extent(1), spec.numHeads(), spec.headDim()).transpose(1, 2);
    }

    /** (NKV,S,HS) seen as (1,NKV,S,HS). */
    private static Tensor batchOfOne(Tensor x) {
        Shape shape = Shape.of(1, x.shape().extent(0), x.shape().extent(1), x.shape().extent(2));
        return new Tensor(x.storage(), shape, new long[] {0, x.stride(0), x.stride(1), x.stride(2)}, x.offset());
    }

    /**
     * Some heads of a fused row, in shape (B, to - from, T, HS).
     *
     * @param row      the fused row they are a view of
     * @param view     that view
     * @param variable the heads themselves: the view, or what the positional encoding made of it
     */
    private record Heads(Variable row, int from, int to, AttentionSpec spec, Variable view, Variable variable) {

        static Heads of(Variable row, int from, int to, AttentionSpec spec, Pass pass) {
            Variable view = pass.tape().record("heads", view(row.value(), from, to, spec), (gradHeads, gradients) -> {
                if (gradients.wanted(row)) {
                    addRows(gradHeads, view(gradients.into(row), from, to, spec));
                }
            }, row);
            return new Heads(row, from, to, spec, view, view);
        }

        Heads rotated(PositionalLayer positions, int start, Pass pass) {
            return new Heads(row, from, to, spec, view, positions.rotate(view, start, pass));
        }

        Tensor value() {
            return variable.value();
        }

        /** Where the gradient of the heads is added: straight into the fused row when nothing was done to them. */
        Tensor gradient(Gradients gradients) {
            return variable == view ? view(gradients.into(row), from, to, spec) : gradients.into(variable);
        }

        /** (B,T,heads·HS) seen as (B,heads,T,HS), heads {@code from} to {@code to - 1} of it. */
        private static Tensor view(Tensor row, int from, int to, AttentionSpec spec) {
            return row.reshape(row.shape().extent(0), row.shape().extent(1), spec.fusedHeads(), spec.headDim())   // (B,T,heads,HS)
                    .transpose(1, 2).slice(1, from, to);
        }

        /** {@code into += from}, row by row of HS elements. */
        private static void addRows(Tensor from, Tensor into) {
            if (from.dtype() != DType.F32) {
                into.copyFrom(into.add(from));
                return;
            }
            int width = from.shape().intExtent(3);
            float[] source = from.floats();
            float[] target = into.storage().floats();
            int s = from.floatOffset();
            for (long b = 0; b < from.shape().extent(0); b++) {
                for (long h = 0; h < from.shape().extent(1); h++) {
                    for (long t = 0; t < from.shape().extent(2); t++, s += width) {
                        int at = Math.toIntExact(into.offset() + b * into.stride(0) + h * into.stride(1) + t * into.stride(2));
                        for (int d = 0; d < width; d++) {
                            target[at + d] += source[s + d];
                        }
                    }
                }
            }
        }
    }
}
