package org.llmsys.attention;

import org.llmsys.assembly.Slot;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Scaled dot-product attention. Stateless and thread-safe.
 *
 * <pre>
 *   out[b, h, t] = Σ_j softmax_j(q[b, h, t] · k[b, h, j] / sqrt(HS) - m[h] (S - T + t - j)) v[b, h, j]          j below mask.seen(b, t)
 * </pre>
 *
 * <p>The {@link AttentionMask} says which keys a query sees; one that sees none gets zeros. The slopes m are those of a {@link ScoreBias};
 * without one they are 0. A bias goes with a causal mask only: a line that falls with the distance cannot tell left from right, and
 * between two sequences there is no distance.
 *
 * <p>Shapes: q, out (B,NH,T,HS); k, v (B,NKV,S,HS) with NH a multiple of NKV (query head h reads key head h*NKV/NH), and S at least T when
 * the mask is causal; logSumExp (B,NH,T). All F32 on the heap with any strides over the first three axes and stride 1 over HS; so views of
 * (B,T,NH*HS) serve. The reference takes F64 too.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017</a>; backward from logSumExp: <a href="https://arxiv.org/abs/2205.14135">Dao et al. 2022</a>
 */
@Slot("attention")
@ConsumerType
public interface AttentionKernel {

    /** The algorithm of this slot. */
    String ALGORITHM = "scaled-dot-product";

    /**
     * @param mask      which keys a query sees
     * @param bias      what is added to the scores by distance, {@link ScoreBias#NONE} for nothing
     * @param out       overwritten
     * @param logSumExp overwritten: for each query the logarithm of the sum of exp(score) over the keys it sees, 0 when it sees none; null when
     *                  not wanted
     * @throws ShapeException when the shapes do not fit each other or the mask, or the bias is for another number of query heads, or for a mask
     *                        that is not causal
     */
    void forward(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp);

    /** Adds to gradQ, gradK, gradV (same layout rules); {@code mask}, {@code bias}, {@code out} and {@code logSumExp} are those of forward. */
    void backward(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp, Tensor gradOut,
            Tensor gradQ, Tensor gradK, Tensor gradV);

    /**
     * Causal attention of the newest positions of one sequence over all of it, its keys and values read where the cache keeps them. This
     * default puts blocks into one piece first; a provider that reads them where they lie saves that copy.
     *
     * @param q    the newest positions, shape (1,NH,T,HS)
     * @param rows all positions, the newest included
     * @param out  overwritten, shape of q
     * @throws ShapeException when the shapes do not fit each other, or the bias is for another number of query heads
     */
    default void forward(Tensor q, CachedRows rows, ScoreBias bias, Tensor out) {
        forward(q, rows.allKeys(), rows.allValues(), AttentionMask.CAUSAL, bias, out, null);
    }

    /** Causal, without a bias. */
    default void forward(Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp) {
        forward(q, k, v, AttentionMask.CAUSAL, ScoreBias.NONE, out, logSumExp);
    }

    /** Causal, without a bias. */
    default void backward(Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp, Tensor gradOut, Tensor gradQ, Tensor gradK, Tensor gradV) {
        backward(q, k, v, AttentionMask.CAUSAL, ScoreBias.NONE, out, logSumExp, gradOut, gradQ, gradK, gradV);
    }

    /**
     * What every provider that computes in F32 checks first.
     *
     * @param logSumExp may be null
     * @throws ShapeException when the shapes do not fit, or a tensor is not F32 on the heap with stride 1 over HS
     */
    static void requireFit(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp) {
        requireShapes(q, k, v, mask, bias, out, logSumExp);
        requireFloats("q", q);
        requireFloats("k", k);
        requireFloats("v", v);
        requireFloats("out", out);
    }

    /**
     * What every provider that reads a cache's rows where they lie checks first.
     *
     * @throws ShapeException when the shapes do not fit, or a tensor is not F32 on the heap with stride 1 over HS
     */
    static void requireFit(Tensor q, CachedRows rows, ScoreBias bias, Tensor out) {
        Tensor first = rows.keys().getFirst();
        Tensor all = first.slice(1, 0, 0).unsqueeze(0);                                      // (1,NKV,0,HS): what all blocks have in common
        requireShapes(q, all, all, AttentionMask.WHOLE, ScoreBias.NONE, out, null);
        AttentionMask.CAUSAL.requireFit(1, q.shape().extent(2), rows.positions());
        bias.requireHeads(q.shape().intExtent(1));
        requireFloats("q", q);
        requireFloats("out", out);
        for (int i = 0; i < rows.keys().size(); i++) {
            requireBlock("k", first, rows.keys().get(i));
            requireBlock("v", first, rows.values().get(i));
        }
    }

    private static void requireBlock(String name, Tensor first, Tensor block) {
        if (block.shape().extent(0) != first.shape().extent(0) || block.shape().extent(2) != first.shape().extent(2)) {
            throw new ShapeException("attention: blocks of " + name, first.shape(), block.shape(), "all have the same heads and head dim");
        }
        if (block.shape().extent(2) > 1 && block.stride(2) != 1) {
            throw new ShapeException("attention: " + name, block.shape(), "its stride over the last axis must be 1, not " + block.stride(2));
        }
        requireFloats(name, block);
    }

    /**
     * The part of {@link #requireFit} that holds for every type.
     *
     * @throws ShapeException when the shapes do not fit, or the stride over HS is not 1
     */
    static void requireShapes(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp) {
        requireHeads("q", q);
        requireHeads("k", k);
        requireHeads("v", v);
        requireHeads("out", out);
        if (!v.shape().equals(k.shape())) {
            throw new ShapeException("attention: k and v", k.shape(), v.shape(), "every key has one value of the same width");
        }
        if (!out.shape().equals(q.shape())) {
            throw new ShapeException("attention: q and out", q.shape(), out.shape(), "every query has one output of the same width");
        }
        if (q.shape().extent(0) != k.shape().extent(0) || q.shape().extent(3) != k.shape().extent(3)) {
            throw new ShapeException("attention: q and k", q.shape(), k.shape(), "batch and head dim must be equal");
        }
        long heads = q.shape().extent(1);
        long kvHeads = k.shape().extent(1);
        if (kvHeads == 0 ? heads != 0 : heads % kvHeads != 0) {
            throw new ShapeException("attention: q and k", q.shape(), k.shape(), heads + " query heads are no multiple of " + kvHeads + " key heads");
        }
        mask.requireFit(q.shape().extent(0), q.shape().extent(2), k.shape().extent(2));
        bias.requireHeads(q.shape().intExtent(1));
        if (!mask.causal() && !bias.isNone()) {
            throw new ShapeException("attention: score bias", q.shape(), "a bias by distance needs a causal mask: there is no distance to keys on either side");
        }
        if (logSumExp != null && (logSumExp.shape().rank() != 3 || logSumExp.shape().extent(0) != q.shape().extent(0)
                || logSumExp.shape().extent(1) != heads || logSumExp.shape().extent(2) != q.shape().extent(2))) {
            throw new ShapeException("attention: q and logSumExp", q.shape(), logSumExp.shape(), "each query has one number");
        }
    }

    private static void requireHeads(String name, Tensor x) {
        if (x.shape().rank() != 4) {
            throw new ShapeException("attention: " + name, x.shape(), "it needs four axes: batch, heads, positions, head dim");
        }
        if (x.shape().extent(3) > 1 && x.stride(3) != 1) {
            throw new ShapeException("attention: " + name, x.shape(), "its stride over the last axis must be 1, not " + x.stride(3));
        }
    }

    private static void requireFloats(String name, Tensor x) {
        if (x.storage().floats() == null) {
            throw new ShapeException("attention: " + name, x.shape(), "it must be F32 on the heap, not " + x.dtype());
        }
    }
}
