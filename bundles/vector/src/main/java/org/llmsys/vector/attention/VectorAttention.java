package org.llmsys.vector.attention;

import org.llmsys.assembly.Provider;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
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
 *     forward    X = Q·Kᵀ                            (ROWS,S')
 *                P = exp(X / sqrt(HS) - max), l = Σ P, row by row; 0 where the key is later than the query
 *                O = P·V, each row divided by l                            logSumExp = max + log l
 *     backward   P  = exp(Q·Kᵀ / sqrt(HS) - logSumExp)          dV += Pᵀ·dO
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

    @Activate
    public VectorAttention(@Reference WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public void forward(Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp) {
        AttentionKernel.requireFit(q, k, v, out, logSumExp);
        eachHead(q, k, (b, h, kv) -> forward(head(q, b, h), head(k, b, kv), head(v, b, kv), head(out, b, h), logSumExp, b, h));
    }

    @Override
    public void backward(Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp, Tensor gradOut, Tensor gradQ, Tensor gradK, Tensor gradV) {
        AttentionKernel.requireFit(q, k, v, out, logSumExp);
        AttentionKernel.requireFit(gradQ, gradK, gradV, gradOut, logSumExp);
        eachHead(q, k, (b, h, kv) -> {
            float[] lse = new float[q.shape().intExtent(2)];                                       // (T)
            for (int t = 0; t < lse.length; t++) {
                lse[t] = logSumExp.get(b, h, t);
            }
            backward(head(q, b, h), head(k, b, kv), head(v, b, kv), head(out, b, h), lse,
                    head(gradOut, b, h), head(gradQ, b, h), head(gradK, b, kv), head(gradV, b, kv));
        });
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

    private void forward(Matrix q, Matrix k, Matrix v, Matrix out, Tensor logSumExp, int b, int h) {
        float scale = (float) (1 / Math.sqrt(q.columns()));
        int before = k.rows() - q.rows();                                                         // keys of earlier steps
        float[] array = scratch.lend(Math.min(ROWS, q.rows()) * k.rows());
        for (int t = 0; t < q.rows(); t += ROWS) {
            int rows = Math.min(ROWS, q.rows() - t);
            int keys = before + t + rows;                                                         // S'
            Matrix p = Matrix.of(rows, keys, array);
            Matrix outRows = rows(out, t, rows);
            matmul.multiply(rows(q, t, rows), rows(k, 0, keys).transposed(), p, false);           // (rows, S')
            float[] inverse = new float[rows];
            for (int r = 0; r < rows; r++) {
                int seen = before + t + r + 1;
                float shift = -SoftmaxRow.max(array, r * keys, seen) * scale;
                float sum = SoftmaxRow.expAndSum(array, r * keys, seen, keys, scale, shift);
                inverse[r] = 1 / sum;
                if (logSumExp != null) {
                    logSumExp.set(Math.log(sum) - shift, b, h, t + r);
                }
            }
            matmul.multiply(p, rows(v, 0, keys), outRows, false);                                 // (rows, HS)
            for (int r = 0; r < rows; r++) {
                SoftmaxRow.scale(outRows.data(), outRows.offset() + r * outRows.rowStride(), outRows.columns(), inverse[r]);
            }
        }
        scratch.giveBack(array);
    }

    private void backward(Matrix q, Matrix k, Matrix v, Matrix out, float[] logSumExp, Matrix gradOut, Matrix gradQ, Matrix gradK, Matrix gradV) {
        float scale = (float) (1 / Math.sqrt(q.columns()));
        int before = k.rows() - q.rows();
        float[] arrayP = scratch.lend(Math.min(ROWS, q.rows()) * k.rows());
        float[] arrayS = scratch.lend(Math.min(ROWS, q.rows()) * k.rows());
        for (int t = 0; t < q.rows(); t += ROWS) {
            int rows = Math.min(ROWS, q.rows() - t);
            int keys = before + t + rows;
            Matrix p = Matrix.of(rows, keys, arrayP);
            Matrix dS = Matrix.of(rows, keys, arrayS);
            Matrix qRows = rows(q, t, rows);
            Matrix dO = rows(gradOut, t, rows);
            matmul.multiply(qRows, rows(k, 0, keys).transposed(), p, false);                      // scores
            matmul.multiply(dO, rows(v, 0, keys).transposed(), dS, false);                        // dP
            for (int r = 0; r < rows; r++) {
                int seen = before + t + r + 1;
                float mean = SoftmaxRow.dot(dO.data(), dO.offset() + r * dO.rowStride(),
                        out.data(), out.offset() + (t + r) * out.rowStride(), out.columns());     // dO_t · O_t
                SoftmaxRow.expAndSum(arrayP, r * keys, seen, keys, scale, -logSumExp[t + r]);
                SoftmaxRow.gradScores(arrayP, arrayS, r * keys, keys, mean, scale);
            }
            matmul.multiply(p.transposed(), dO, rows(gradV, 0, keys), true);                      // (S', HS)
            matmul.multiply(dS, rows(k, 0, keys), rows(gradQ, t, rows), true);                    // (rows, HS)
            matmul.multiply(dS.transposed(), qRows, rows(gradK, 0, keys), true);                  // (S', HS)
        }
        scratch.giveBack(arrayP);
        scratch.giveBack(arrayS);
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
