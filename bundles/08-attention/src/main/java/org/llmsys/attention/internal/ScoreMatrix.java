package org.llmsys.attention.internal;

import java.util.function.BiFunction;

import org.llmsys.attention.AttentionMask;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * The score matrix of one head and what becomes of it, in double. {@link ReferenceAttention} computes with it, and a trace shows it.
 *
 * <pre>
 *   S_tj = q_t · k_j / sqrt(HS) - m (t - j)     for the keys that query t sees, minus infinity for the others       (T,S)
 *   logSumExp_t = log Σ_j exp(S_tj)             0 when query t sees nothing                                         (T)
 *   P_tj = exp(S_tj - logSumExp_t)              so each row adds up to 1, or to 0 when query t sees nothing         (T,S)
 * </pre>
 */
public final class ScoreMatrix {

    private ScoreMatrix() {
    }

    /** Scores of all heads, shape (B,NH,T,S). */
    public static Tensor scores(Tensor q, Tensor k, AttentionMask mask, ScoreBias bias) {
        return eachHead(q, k, mask, bias, (s, seen) -> s);
    }

    /** Probabilities of all heads, shape (B,NH,T,S). */
    public static Tensor pattern(Tensor q, Tensor k, AttentionMask mask, ScoreBias bias) {
        return eachHead(q, k, mask, bias, (s, seen) -> probabilities(s, logSumExp(s, seen)));
    }

    private static Tensor eachHead(Tensor q, Tensor k, AttentionMask mask, ScoreBias bias, BiFunction<double[][], int[], double[][]> matrix) {
        int heads = q.shape().intExtent(1);
        int sharing = heads / k.shape().intExtent(1);
        int[][] seen = seen(mask, q, k);
        Tensor all = Tensor.zeros(q.dtype(), Shape.of(q.shape().extent(0), heads, q.shape().extent(2), k.shape().extent(2)));
        for (int b = 0; b < seen.length; b++) {
            for (int h = 0; h < heads; h++) {
                double[][] rows = matrix.apply(scores(HeadElements.of(q, b, h), HeadElements.of(k, b, h / sharing), seen[b], bias, h), seen[b]);
                for (int t = 0; t < rows.length; t++) {
                    for (int j = 0; j < rows[t].length; j++) {
                        all.set(rows[t][j], b, h, t, j);
                    }
                }
            }
        }
        return all;
    }

    /** How many keys each query sees, shape (B,T). */
    static int[][] seen(AttentionMask mask, Tensor q, Tensor k) {
        int queries = q.shape().intExtent(2);
        int[][] seen = new int[q.shape().intExtent(0)][queries];
        for (int b = 0; b < seen.length; b++) {
            for (int t = 0; t < queries; t++) {
                seen[b][t] = mask.seen(b, t, queries, k.shape().intExtent(2));
            }
        }
        return seen;
    }

    static double[][] scores(HeadElements q, HeadElements k, int[] seen, ScoreBias bias, int head) {
        double scale = 1 / Math.sqrt(q.width());
        double[][] s = new double[q.rows()][k.rows()];
        for (int t = 0; t < q.rows(); t++) {
            int place = k.rows() - q.rows() + t;                 // the query's own, where there is a bias by distance
            for (int j = 0; j < k.rows(); j++) {
                double dot = 0;
                for (int d = 0; d < q.width(); d++) {
                    dot += q.get(t, d) * k.get(j, d);
                }
                s[t][j] = j < seen[t] ? dot * scale + bias.at(head, place - j) : Double.NEGATIVE_INFINITY;
            }
        }
        return s;
    }

    /** Taking the maximum out first keeps exp within range and changes nothing in the result. */
    static double[] logSumExp(double[][] s, int[] seen) {
        double[] lse = new double[s.length];
        for (int t = 0; t < s.length; t++) {
            if (seen[t] == 0) {
                continue;
            }
            double max = Double.NEGATIVE_INFINITY;
            for (double score : s[t]) {
                max = Math.max(max, score);
            }
            double sum = 0;
            for (double score : s[t]) {
                sum += Math.exp(score - max);
            }
            lse[t] = max + Math.log(sum);
        }
        return lse;
    }

    static double[][] probabilities(double[][] s, double[] logSumExp) {
        double[][] p = new double[s.length][];
        for (int t = 0; t < s.length; t++) {
            p[t] = new double[s[t].length];
            for (int j = 0; j < s[t].length; j++) {
                p[t][j] = Math.exp(s[t][j] - logSumExp[t]);
            }
        }
        return p;
    }
}
