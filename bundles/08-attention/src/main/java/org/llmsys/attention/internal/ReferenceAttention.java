package org.llmsys.attention.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.AttentionMask;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/**
 * Attention as the formula says it, one head after the other, with the whole score matrix in memory.
 *
 * <pre>
 *   forward    S = Q·Kᵀ / sqrt(HS) + bias, -∞ where the mask hides the key from the query  (T,S)
 *              logSumExp_t = log Σ_j exp(S_tj)                                       (T)
 *              P = exp(S - logSumExp)                 each row adds up to 1          (T,S)
 *              O = P·V                                                               (T,HS)
 *
 *   backward   dV += Pᵀ·dO                                                           (S,HS)
 *              dP  = dO·Vᵀ                                                           (T,S)
 *              dS  = P ∘ (dP - rowsum(dP ∘ P)),   rowsum(dP ∘ P)_t = dO_t · O_t      (T,S)
 *              dQ += dS·K / sqrt(HS),             dK += dSᵀ·Q / sqrt(HS)
 * </pre>
 *
 * <p>Memory grows with T·S. Sums are taken in double. Query heads that share a key head add to its gradient one after the other.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, Attention Is All You Need</a>
 */
@Component
@Provider(slot = "attention", algorithm = AttentionKernel.ALGORITHM, name = "reference",
        summary = "the formula, with the whole score matrix in memory", reference = "https://arxiv.org/abs/1706.03762")
public final class ReferenceAttention implements AttentionKernel {

    @Override
    public void forward(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp) {
        AttentionKernel.requireShapes(q, k, v, mask, bias, out, logSumExp);
        int heads = q.shape().intExtent(1);
        int kvHeads = k.shape().intExtent(1);
        int[][] seen = ScoreMatrix.seen(mask, q, k);                                        // (B,T)
        for (int b = 0; b < q.shape().intExtent(0); b++) {
            for (int h = 0; h < heads; h++) {
                int kv = h * kvHeads / heads;
                HeadElements values = HeadElements.of(v, b, kv);
                double[][] s = ScoreMatrix.scores(HeadElements.of(q, b, h), HeadElements.of(k, b, kv), seen[b], bias, h);    // (T,S)
                double[] lse = ScoreMatrix.logSumExp(s, seen[b]);                           // (T)
                double[][] p = ScoreMatrix.probabilities(s, lse);                           // (T,S)
                weightedSums(p, values, seen[b], HeadElements.of(out, b, h));               // (T,HS)
                if (logSumExp != null) {
                    for (int t = 0; t < lse.length; t++) {
                        logSumExp.set(lse[t], b, h, t);
                    }
                }
            }
        }
    }

    @Override
    public void backward(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias, Tensor out, Tensor logSumExp, Tensor gradOut,
            Tensor gradQ, Tensor gradK, Tensor gradV) {
        AttentionKernel.requireShapes(q, k, v, mask, bias, out, logSumExp);
        AttentionKernel.requireShapes(gradQ, gradK, gradV, mask, bias, gradOut, logSumExp);
        int heads = q.shape().intExtent(1);
        int kvHeads = k.shape().intExtent(1);
        int[][] seen = ScoreMatrix.seen(mask, q, k);                                        // (B,T)
        for (int b = 0; b < q.shape().intExtent(0); b++) {
            for (int h = 0; h < heads; h++) {
                int kv = h * kvHeads / heads;
                HeadElements queries = HeadElements.of(q, b, h);
                HeadElements keys = HeadElements.of(k, b, kv);
                HeadElements values = HeadElements.of(v, b, kv);
                HeadElements dO = HeadElements.of(gradOut, b, h);
                double[] lse = new double[queries.rows()];
                for (int t = 0; t < lse.length; t++) {
                    lse[t] = logSumExp.getDouble(b, h, t);
                }
                double[][] p = ScoreMatrix.probabilities(ScoreMatrix.scores(queries, keys, seen[b], bias, h), lse);    // (T,S), as in forward
                double[][] dS = gradScores(p, dO, HeadElements.of(out, b, h), values, seen[b]);                        // (T,S)
                addGradients(p, dS, dO, queries, keys, seen[b], HeadElements.of(gradQ, b, h), HeadElements.of(gradK, b, kv), HeadElements.of(gradV, b, kv));
            }
        }
    }

    /** O_t = Σ_j P_tj V_j, over the keys that are seen: 0 times a NaN further on would be NaN. */
    private static void weightedSums(double[][] p, HeadElements v, int[] seen, HeadElements out) {
        for (int t = 0; t < p.length; t++) {
            for (int d = 0; d < v.width(); d++) {
                double sum = 0;
                for (int j = 0; j < seen[t]; j++) {
                    sum += p[t][j] * v.get(j, d);
                }
                out.set(t, d, sum);
            }
        }
    }

    /** dS_tj = P_tj (dO_t · V_j - dO_t · O_t). */
    private static double[][] gradScores(double[][] p, HeadElements dO, HeadElements o, HeadElements v, int[] seen) {
        double[][] dS = new double[p.length][v.rows()];
        for (int t = 0; t < p.length; t++) {
            double mean = 0;                                     // Σ_j P_tj dP_tj
            for (int d = 0; d < v.width(); d++) {
                mean += dO.get(t, d) * o.get(t, d);
            }
            for (int j = 0; j < seen[t]; j++) {
                double dP = 0;
                for (int d = 0; d < v.width(); d++) {
                    dP += dO.get(t, d) * v.get(j, d);
                }
                dS[t][j] = p[t][j] * (dP - mean);
            }
        }
        return dS;
    }

    /** dV += Pᵀ·dO, dQ += dS·K / sqrt(HS), dK += dSᵀ·Q / sqrt(HS). */
    private static void addGradients(double[][] p, double[][] dS, HeadElements dO, HeadElements q, HeadElements k, int[] seen,
            HeadElements dQ, HeadElements dK, HeadElements dV) {
        double scale = 1 / Math.sqrt(q.width());
        int[] first = firstQueries(seen, k.rows());
        for (int d = 0; d < q.width(); d++) {
            for (int t = 0; t < q.rows(); t++) {
                double sum = 0;
                for (int j = 0; j < seen[t]; j++) {
                    sum += dS[t][j] * k.get(j, d);
                }
                dQ.add(t, d, sum * scale);
            }
            for (int j = 0; j < k.rows(); j++) {
                double sumK = 0;
                double sumV = 0;
                for (int t = first[j]; t < q.rows(); t++) {      // the queries that see key j
                    sumK += dS[t][j] * q.get(t, d);
                    sumV += p[t][j] * dO.get(t, d);
                }
                dK.add(j, d, sumK * scale);
                dV.add(j, d, sumV);
            }
        }
    }

    /** For each key the first query that sees it; so do all behind that one. */
    private static int[] firstQueries(int[] seen, int keys) {
        int[] first = new int[keys];
        int t = 0;
        for (int j = 0; j < keys; j++) {
            while (t < seen.length && seen[t] <= j) {
                t++;
            }
            first[j] = t;
        }
        return first;
    }
}
