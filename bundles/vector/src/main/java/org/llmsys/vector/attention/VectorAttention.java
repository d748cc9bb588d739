package org.llmsys.vector.attention;

import java.util.Arrays;

import org.llmsys.assembly.Provider;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.AttentionMask;
import org.llmsys.attention.CachedRows;
import org.llmsys.matmul.Matrix;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.Row;
import org.llmsys.vector.matmul.Scratch;
import org.llmsys.vector.matmul.VectorMatmul;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Attention as matrix products, a block of queries at a time, so that the scores of a block stay in the cache.
 *
 * <pre>
 *   for each block of at most ROWS queries, with the S' keys that its last query sees:
 *     forward    X = Q·Kᵀ - m sqrt(HS) (t - j)       (ROWS,S')          m the slope of the head's bias, mostly 0
 *                P = exp(X / sqrt(HS) - max), l = Σ P, row by row; 0 where the mask hides the key from the query
 *                O = P·V, each row divided by l                            logSumExp = max + log l
 *     backward   P  = exp(X / sqrt(HS) - logSumExp)             dV += Pᵀ·dO
 *                dS = P ∘ (dO·Vᵀ - rowsum(dO ∘ O)) / sqrt(HS)    dQ += dS·K          dK += dSᵀ·Q
 * </pre>
 *
 * <p>The products are those of {@link VectorMatmul}, on one thread; keys that no query of a block sees are left out of all of them.
 * Each (batch, key head) pair is one chunk of work with all query heads that read it, so nobody else adds to its gradients, and results
 * are the same for any number of threads. Memory beside the operands: ROWS × S a thread.
 *
 * <p>Within a block a masked probability is a plain 0: a NaN or infinity in a later value of the same block reaches the earlier rows.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017</a>; <a href="https://arxiv.org/abs/2205.14135">Dao et al. 2022, FlashAttention</a>
 */
@Component(property = "service.ranking:Integer=50")
@Provider(slot = "attention", algorithm = AttentionKernel.ALGORITHM, name = "vector", summary = "blocks of queries as matrix products in registers",
        reference = "https://arxiv.org/abs/2205.14135")
public final class VectorAttention implements AttentionKernel {

    /** Queries in a block. */
    static final int ROWS = 96;

    private final WorkerPool pool;
    private final Scratch scratch = new Scratch();
    private final VectorMatmul matmul = new VectorMatmul(WorkerPool.SERIAL);
    private final FewQueries few = new FewQueries(scratch);

    @Activate
    public VectorAttention(@Reference WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public void forward(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp) {
        AttentionKernel.requireFit(q, k, v, mask, bias, out, logSumExp);
        if (q.shape().extent(2) <= FewQueries.MOST) {
            fewQueries(q, k, v, mask, bias, out, logSumExp);
            return;
        }
        eachHead(q, k, (b, h, kv) -> forward(head(q, b, h), head(k, b, kv), head(v, b, kv), sight(mask, b, q, k), bias.slope(h), head(out, b, h),
                logSumExp == null ? null : row(logSumExp, b, h)));
    }

    @Override
    public void forward(Tensor q, CachedRows rows, ScoreBias bias, Tensor out) {
        AttentionKernel.requireFit(q, rows, bias, out);
        int queries = q.shape().intExtent(2);
        if (queries > FewQueries.MOST) {
            forward(q, rows.allKeys(), rows.allValues(), AttentionMask.CAUSAL, bias, out, null);      // many queries are worth a copy of the blocks
            return;
        }
        int keys = rows.positions();
        int kvHeads = rows.keys().getFirst().shape().intExtent(0);
        fewQueries(q, kvHeads, KeyValueBlocks.of(rows), Sight.of(AttentionMask.CAUSAL, 0, queries, keys), bias, 0, out, null);
    }

    private void fewQueries(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp) {
        for (int b = 0; b < q.shape().extent(0); b++) {
            fewQueries(q, k.shape().intExtent(1), KeyValueBlocks.of(k, v, b), sight(mask, b, q, k), bias, b, out, logSumExp);
        }
    }

    /**
     * One batch row. Neighbouring key heads go together, a share for each thread, with the query heads that share them; where there are fewer
     * key heads than threads, each query head goes by itself. No sum is ever cut, so results do not depend on it.
     */
    private void fewQueries(Tensor q, int kvHeads, KeyValueBlocks rows, Sight sight, ScoreBias bias, int b, Tensor out, Tensor logSumExp) {
        int heads = q.shape().intExtent(1);
        int sharing = kvHeads == 0 ? 1 : heads / kvHeads;
        boolean apart = kvHeads < pool.threads();
        int together = apart ? 1 : Math.ceilDiv(kvHeads, pool.threads()) * sharing;                   // query heads
        pool.run(Math.ceilDiv(heads, together), chunk -> {
            int from = chunk * together;
            int count = Math.min(together, heads - from);
            HeadRows found = HeadRows.of(out, b, from, count);
            HeadRows sums = logSumExp == null ? null : HeadRows.of(logSumExp.unsqueeze(3), b, from, count);
            if (sight.valid() > 0) {
                few.attend(HeadRows.of(q, b, from, count), from, rows, from / sharing, apart ? 1 : sharing, sight, bias, found, sums);
                return;
            }
            found.fill(0);
            if (sums != null) {
                sums.fill(0);
            }
        });
    }

    @Override
    public void backward(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp, Tensor gradOut,
            Tensor gradQ, Tensor gradK, Tensor gradV) {
        AttentionKernel.requireFit(q, k, v, mask, bias, out, logSumExp);
        AttentionKernel.requireFit(gradQ, gradK, gradV, mask, bias, gradOut, logSumExp);
        eachHead(q, k, (b, h, kv) -> backward(head(q, b, h), head(k, b, kv), head(v, b, kv), sight(mask, b, q, k), bias.slope(h), head(out, b, h),
                row(logSumExp, b, h), head(gradOut, b, h), head(gradQ, b, h), head(gradK, b, kv), head(gradV, b, kv)));
    }

    private static Sight sight(AttentionMask mask, int b, Tensor q, Tensor k) {
        return Sight.of(mask, b, q.shape().intExtent(2), k.shape().intExtent(2));
    }

    private interface Head {
        void attend(int batch, int queryHead, int keyHead);
    }

    private void eachHead(Tensor q, Tensor k, Head body) {
        int kvHeads = k.shape().intExtent(1);
        int sharing = kvHeads == 0 ? 0 : q.shape().intExtent(1) / kvHeads;
        pool.run(q.shape().intExtent(0) * kvHeads, chunk -> {
            int kv = chunk % kvHeads;
            for (int h = kv * sharing; h < (kv + 1) * sharing; h++) {
                body.attend(chunk / kvHeads, h, kv);
            }
        });
    }

    private void forward(Matrix q, Matrix k, Matrix v, Sight sight, double slope, Matrix out, Matrix logSumExp) {
        float scale = (float) (1 / Math.sqrt(q.columns()));
        float line = (float) (slope * Math.sqrt(q.columns()));                                    // before the scores are scaled
        if (sight.valid() == 0) {
            zero(out, logSumExp);
            return;
        }
        float[] array = scratch.lend(scores(q, k));
        float[] sums = scratch.lend(ROWS);
        for (int t = 0; t < q.rows(); t += ROWS) {
            int rows = Math.min(ROWS, q.rows() - t);
            int keys = sight.keys(t + rows - 1);                                                  // S'
            Matrix p = scores(rows, keys, array);
            Matrix outRows = rows(out, t, rows);
            matmul.multiply(rows(q, t, rows), rows(k, 0, keys).transposed(), p, false);           // (rows, S')
            for (int r = 0; r < rows; r++) {
                int seen = sight.keys(t + r);
                SoftmaxRow.subtractLine(array, r * p.rowStride(), seen, sight.before() + t + r, line);
                float shift = -Row.max(array, r * p.rowStride(), seen) * scale;
                sums[r] = SoftmaxRow.expAndSum(array, r * p.rowStride(), seen, keys, scale, shift);
                if (logSumExp != null) {
                    logSumExp.set(0, t + r, (float) (Math.log(sums[r]) - shift));
                }
            }
            matmul.multiply(p, rows(v, 0, keys), outRows, false);                                 // (rows, HS)
            for (int r = 0; r < rows; r++) {
                SoftmaxRow.scale(outRows.data(), outRows.offset() + r * outRows.rowStride(), outRows.columns(), 1 / sums[r]);
            }
        }
        scratch.giveBack(array);
        scratch.giveBack(sums);
    }

    private void backward(Matrix q, Matrix k, Matrix v, Sight sight, double slope, Matrix out, Matrix logSumExp, Matrix gradOut,
            Matrix gradQ, Matrix gradK, Matrix gradV) {
        float scale = (float) (1 / Math.sqrt(q.columns()));
        float line = (float) (slope * Math.sqrt(q.columns()));                                    // before the scores are scaled
        if (sight.valid() == 0) {
            return;                                                                               // nothing was seen, so nothing flows back
        }
        float[] arrayP = scratch.lend(scores(q, k));
        float[] arrayS = scratch.lend(scores(q, k));
        for (int t = 0; t < q.rows(); t += ROWS) {
            int rows = Math.min(ROWS, q.rows() - t);
            int keys = sight.keys(t + rows - 1);
            Matrix p = scores(rows, keys, arrayP);
            Matrix dS = scores(rows, keys, arrayS);
            Matrix qRows = rows(q, t, rows);
            Matrix dO = rows(gradOut, t, rows);
            matmul.multiply(qRows, rows(k, 0, keys).transposed(), p, false);                      // scores
            matmul.multiply(dO, rows(v, 0, keys).transposed(), dS, false);                        // dP
            for (int r = 0; r < rows; r++) {
                int seen = sight.keys(t + r);
                int at = r * p.rowStride();
                float mean = Row.dot(dO.data(), dO.offset() + r * dO.rowStride(),
                        out.data(), out.offset() + (t + r) * out.rowStride(), out.columns());     // dO_t · O_t
                SoftmaxRow.subtractLine(arrayP, at, seen, sight.before() + t + r, line);
                SoftmaxRow.expAndSum(arrayP, at, seen, keys, scale, -logSumExp.get(0, t + r));
                SoftmaxRow.gradScores(arrayP, arrayS, at, keys, mean, scale);
            }
            matmul.multiply(p.transposed(), dO, rows(gradV, 0, keys), true);                      // (S', HS)
            matmul.multiply(dS, rows(k, 0, keys), rows(gradQ, t, rows), true);                    // (rows, HS)
            matmul.multiply(dS.transposed(), qRows, rows(gradK, 0, keys), true);                  // (S', HS)
        }
        scratch.giveBack(arrayP);
        scratch.giveBack(arrayS);
    }

    /** What queries that see nothing get. */
    private static void zero(Matrix out, Matrix logSumExp) {
        for (int t = 0; t < out.rows(); t++) {
            Arrays.fill(out.data(), out.offset() + t * out.rowStride(), out.offset() + t * out.rowStride() + out.columns(), 0);
            if (logSumExp != null) {
                logSumExp.set(0, t, 0);
            }
        }
    }

    /** Elements for the scores of one block, each row in whole registers. */
    private static int scores(Matrix q, Matrix k) {
        return Math.multiplyExact(Math.min(ROWS, q.rows()), padded(k.rows()));
    }

    private static Matrix scores(int rows, int keys, float[] array) {
        return new Matrix(array, 0, rows, keys, padded(keys), 1);
    }

    private static int padded(int keys) {
        return Math.ceilDiv(keys, SoftmaxRow.LANES) * SoftmaxRow.LANES;
    }

    /** The T numbers of one head inside (B, heads, T) as one row. */
    private static Matrix row(Tensor x, int b, int h) {
        long start = x.offset() + b * x.stride(0) + h * x.stride(1);
        return new Matrix(x.storage().floats(), Math.toIntExact(start), 1, x.shape().intExtent(2), 0, Math.toIntExact(x.stride(2)));
    }

    /** The (rows, HS) matrix of one head inside (B, heads, rows, HS), not copied. */
    private static Matrix head(Tensor x, int b, int h) {
        long start = x.offset() + b * x.stride(0) + h * x.stride(1);
        return new Matrix(x.storage().floats(), Math.toIntExact(start), x.shape().intExtent(2), x.shape().intExtent(3), Math.toIntExact(x.stride(2)), 1);
    }

    private static Matrix rows(Matrix x, int from, int rows) {
        return new Matrix(x.data(), x.offset() + from * x.rowStride(), rows, x.columns(), x.rowStride(), x.columnStride());
    }
}
