package org.llmsys.attention.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.AttentionMask;
import org.llmsys.attention.CachedRows;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.ServiceRanking;

/**
 * Attention without the score matrix: keys are taken a block at a time and the softmax is corrected as larger scores turn up.
 *
 * <pre>
 *   for each block of keys:   m' = max(m, scores)          c = exp(m - m')
 *                             l  = c·l + Σ exp(score - m')
 *                             o  = c·o + Σ exp(score - m')·v
 *   in the end                O  = o / l                   logSumExp = m + log l
 * </pre>
 *
 * <p>Backward computes each block's probabilities again from logSumExp; the formulas are those of {@link ReferenceAttention}.
 * Extra memory grows with T + S, not with T·S.
 *
 * <p>Each (batch, key head) pair is one chunk of work, with all query heads that read it: nobody else adds to its gradients, and
 * the order of all sums is fixed, so results are the same for any number of threads. {@link TurnedBlock} and {@link RowBlock} lay a
 * block out so that the compiler can turn the inner loops into vector instructions.
 *
 * @see <a href="https://arxiv.org/abs/1805.02867">Milakov, Gimelshein 2018, Online normalizer calculation for softmax</a>
 * @see <a href="https://arxiv.org/abs/2205.14135">Dao et al. 2022, FlashAttention</a>
 */
@Component
@ServiceRanking(10)
@Provider(slot = "attention", algorithm = AttentionKernel.ALGORITHM, name = "streaming",
        summary = "softmax corrected block by block, no score matrix, heads in parallel", reference = "https://arxiv.org/abs/2205.14135")
public final class StreamingAttention implements AttentionKernel {

    private final WorkerPool pool;

    @Activate
    public StreamingAttention(@Reference WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public void forward(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp) {
        AttentionKernel.requireFit(q, k, v, mask, bias, out, logSumExp);
        forward(q, List.of(k), List.of(v), k.shape().intExtent(2), mask, bias, out, logSumExp);
    }

    /** Blocks are read where they lie: they are loaded a piece at a time anyway. */
    @Override
    public void forward(Tensor q, CachedRows rows, ScoreBias bias, Tensor out) {
        AttentionKernel.requireFit(q, rows, bias, out);
        forward(q, rows.keys().stream().map(block -> block.unsqueeze(0)).toList(), rows.values().stream().map(block -> block.unsqueeze(0)).toList(),
                rows.positions(), AttentionMask.CAUSAL, bias, out, null);
    }

    /** @param k pieces (B,NKV,n,HS) that stand one behind the other; v likewise */
    private void forward(Tensor q, List<Tensor> k, List<Tensor> v, int keys, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp) {
        int kvHeads = k.getFirst().shape().intExtent(1);
        int before = mask.before(q.shape().intExtent(2), keys);
        pool.run(q.shape().intExtent(0) * kvHeads, chunk -> {
            int b = chunk / kvHeads;
            int kv = chunk % kvHeads;
            StreamingForward head = new StreamingForward(pieces(k, b, kv), pieces(v, b, kv), before, mask.valid(b, keys));
            for (int h = firstQueryHead(kv, q, k.getFirst()); h < firstQueryHead(kv + 1, q, k.getFirst()); h++) {
                double[] lse = head.attend(HeadMatrix.of(q, b, h), (float) bias.slope(h), HeadMatrix.of(out, b, h));
                for (int t = 0; logSumExp != null && t < lse.length; t++) {
                    logSumExp.set(lse[t], b, h, t);
                }
            }
        });
    }

    private static List<HeadMatrix> pieces(List<Tensor> tensors, int batch, int head) {
        return tensors.stream().map(tensor -> HeadMatrix.of(tensor, batch, head)).toList();
    }

    @Override
    public void backward(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp, Tensor gradOut,
            Tensor gradQ, Tensor gradK, Tensor gradV) {
        AttentionKernel.requireFit(q, k, v, mask, bias, out, logSumExp);
        AttentionKernel.requireFit(gradQ, gradK, gradV, mask, bias, gradOut, logSumExp);
        int kvHeads = k.shape().intExtent(1);
        int keys = k.shape().intExtent(2);
        int before = mask.before(q.shape().intExtent(2), keys);
        pool.run(q.shape().intExtent(0) * kvHeads, chunk -> {
            int b = chunk / kvHeads;
            int kv = chunk % kvHeads;
            StreamingBackward head = new StreamingBackward(HeadMatrix.of(k, b, kv), HeadMatrix.of(v, b, kv),
                    HeadMatrix.of(gradK, b, kv), HeadMatrix.of(gradV, b, kv), before, mask.valid(b, keys));
            for (int h = firstQueryHead(kv, q, k); h < firstQueryHead(kv + 1, q, k); h++) {
                float[] lse = new float[q.shape().intExtent(2)];
                for (int t = 0; t < lse.length; t++) {
                    lse[t] = logSumExp.get(b, h, t);
                }
                head.addGradients(HeadMatrix.of(q, b, h), (float) bias.slope(h), HeadMatrix.of(out, b, h), lse, HeadMatrix.of(gradOut, b, h),
                        HeadMatrix.of(gradQ, b, h));
            }
        });
    }

    /** The query heads of key head kv are firstQueryHead(kv) to firstQueryHead(kv + 1) - 1. */
    private static int firstQueryHead(int kvHead, Tensor q, Tensor k) {
        return kvHead * (q.shape().intExtent(1) / k.shape().intExtent(1));
    }
}
