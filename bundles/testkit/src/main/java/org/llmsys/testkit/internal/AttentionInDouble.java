package org.llmsys.testkit.internal;

import org.llmsys.attention.AttentionMask;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.Tensor;

/** Attention and its derivatives straight from the formulas, in double: the measure for every kernel. */
final class AttentionInDouble {

    private final Tensor q;
    private final Tensor k;
    private final Tensor v;
    private final AttentionMask mask;
    private final ScoreBias bias;
    private final int heads;
    private final int sharing;
    private final int queries;
    private final int keys;
    private final int headDim;

    AttentionInDouble(Tensor q, Tensor k, Tensor v, AttentionMask mask, ScoreBias bias) {
        this.mask = mask;
        this.bias = bias;
        this.q = q;
        this.k = k;
        this.v = v;
        heads = q.shape().intExtent(1);
        sharing = heads / k.shape().intExtent(1);
        queries = q.shape().intExtent(2);
        keys = k.shape().intExtent(2);
        headDim = q.shape().intExtent(3);
    }

    /** Scores of one query over the keys it sees. */
    private double[] scores(int b, int h, int t) {
        int seen = mask.causal() ? keys - queries + t + 1 : keys;
        double[] s = new double[mask.lengths().isEmpty() ? seen : Math.min(seen, mask.lengths().get(b))];
        for (int j = 0; j < s.length; j++) {
            s[j] = bias.at(h, keys - queries + t - j);
            for (int i = 0; i < headDim; i++) {
                s[j] += (double) q.get(b, h, t, i) * k.get(b, h / sharing, j, i) / Math.sqrt(headDim);
            }
        }
        return s;
    }

    double logSumExp(int b, int h, int t) {
        double max = Double.NEGATIVE_INFINITY;
        double[] s = scores(b, h, t);
        if (s.length == 0) {
            return 0;
        }
        for (double score : s) {
            max = Math.max(max, score);
        }
        double sum = 0;
        for (double score : s) {
            sum += Math.exp(score - max);
        }
        return max + Math.log(sum);
    }

    private double[] probabilities(int b, int h, int t) {
        double[] p = scores(b, h, t);
        double lse = logSumExp(b, h, t);
        for (int j = 0; j < p.length; j++) {
            p[j] = Math.exp(p[j] - lse);
        }
        return p;
    }

    double[] output(int b, int h, int t) {
        double[] out = new double[headDim];
        double[] p = probabilities(b, h, t);
        for (int j = 0; j < p.length; j++) {
            for (int i = 0; i < headDim; i++) {
                out[i] += p[j] * v.get(b, h / sharing, j, i);
            }
        }
        return out;
    }

    /** dP = gradOut·Vᵀ, dS = P*(dP - sum(P*dP)), dQ = dS·K/√HS, dK = dSᵀ·Q/√HS, dV = Pᵀ·gradOut; each added to what is given. */
    double[][] gradients(Tensor gradOut, Tensor startQ, Tensor startK, Tensor startV) {
        double[][] grads = {elements(startQ), elements(startK), elements(startV)};
        double scale = 1 / Math.sqrt(headDim);
        for (int b = 0; b < q.shape().intExtent(0); b++) {
            for (int h = 0; h < heads; h++) {
                for (int t = 0; t < queries; t++) {
                    double[] p = probabilities(b, h, t);
                    double[] dP = new double[p.length];
                    double mean = 0;
                    for (int j = 0; j < p.length; j++) {
                        for (int i = 0; i < headDim; i++) {
                            dP[j] += (double) gradOut.get(b, h, t, i) * v.get(b, h / sharing, j, i);
                        }
                        mean += p[j] * dP[j];
                    }
                    for (int j = 0; j < p.length; j++) {
                        double dS = p[j] * (dP[j] - mean) * scale;
                        for (int i = 0; i < headDim; i++) {
                            grads[0][at(b, heads, h, queries, t, i)] += dS * k.get(b, h / sharing, j, i);
                            grads[1][at(b, heads / sharing, h / sharing, keys, j, i)] += dS * q.get(b, h, t, i);
                            grads[2][at(b, heads / sharing, h / sharing, keys, j, i)] += p[j] * gradOut.get(b, h, t, i);
                        }
                    }
                }
            }
        }
        return grads;
    }

    private int at(int b, int headCount, int h, int rows, int row, int i) {
        return ((b * headCount + h) * rows + row) * headDim + i;
    }

    private static double[] elements(Tensor t) {
        return org.llmsys.testkit.Samples.doubles(t.copy());
    }
}
