package org.llmsys.attention.internal;

import java.util.Arrays;
import java.util.List;

/** The forward half of {@link StreamingAttention} for one key head; used by one thread. */
final class StreamingForward {

    private final List<HeadMatrix> k;
    private final List<HeadMatrix> v;
    private final int width;
    private final TurnedBlock keys;
    private final RowBlock values;
    private final int before;
    private final int valid;
    private final float[] scores = new float[RowBlock.ROWS];

    /**
     * @param k      the keys in one piece or several, one behind the other
     * @param v      the values, in the same pieces
     * @param before keys that query t sees beside t + 1
     * @param valid  keys that are no padding
     */
    StreamingForward(List<HeadMatrix> k, List<HeadMatrix> v, int before, int valid) {
        this.k = k;
        this.v = v;
        this.width = k.getFirst().width();
        this.before = before;
        this.valid = valid;
        this.keys = new TurnedBlock(width);
        this.values = new RowBlock(width);
    }

    /**
     * Writes the outputs of one query head.
     *
     * @param slope what a score loses with each position of distance
     * @return logSumExp of each query (T), 0 for one that sees nothing
     */
    double[] attend(HeadMatrix q, float slope, HeadMatrix out) {
        float[] max = new float[q.rows()];                       // m (T)
        double[] sum = new double[q.rows()];                     // l (T)
        float[][] o = new float[q.rows()][width];            // o (T,HS)
        Arrays.fill(max, Float.NEGATIVE_INFINITY);
        for (int from = 0; from < valid; from += RowBlock.ROWS) {
            int to = Math.min(valid, from + RowBlock.ROWS);
            load(from, to);
            for (int t = Math.max(0, from - before); t < q.rows(); t++) {     // the queries that see any of these keys
                int seen = Math.min(to, before + t + 1) - from;
                float larger = Math.max(max[t], scores(q, t, seen, slope, before + t - from));
                float correction = Exponential.of(max[t] - larger);           // 0 for the first block
                sum[t] = sum[t] * correction + takeIn(seen, larger, correction, o[t]);
                max[t] = larger;
            }
        }
        for (int t = 0; t < q.rows(); t++) {
            double total = valid == 0 ? 1 : sum[t];              // a query that sees nothing keeps its zeros
            for (int d = 0; d < out.width(); d++) {
                out.set(t, d, o[t][d] / total);
            }
            sum[t] = valid == 0 ? 0 : max[t] + Math.log(total);
        }
        return sum;
    }

    /** Takes keys and values {@code from} to {@code to - 1} out of the pieces that hold them. */
    private void load(int from, int to) {
        int start = 0;
        for (int i = 0; i < k.size(); i++) {
            int first = Math.max(from, start);
            int end = Math.min(to, start + k.get(i).rows());
            if (first < end) {
                keys.load(k.get(i), first - start, end - start, first - from);
                values.load(v.get(i), first - start, end - start, first - from);
            }
            start += k.get(i).rows();
        }
    }

    /** The scores of query t, scaled, key 0 of the block being {@code distance} positions away; returns their maximum. */
    private float scores(HeadMatrix q, int t, int seen, float slope, int distance) {
        float scale = (float) (1 / Math.sqrt(q.width()));
        keys.dots(q.data(), q.at(t), seen, scores);
        float max = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < seen; j++) {
            scores[j] = scores[j] * scale - slope * (distance - j);
            max = Math.max(max, scores[j]);
        }
        return max;
    }

    /** o = c·o + Σ exp(score - m)·v; returns Σ exp(score - m). */
    private double takeIn(int seen, float max, float correction, float[] o) {
        if (correction != 1) {
            for (int d = 0; d < o.length; d++) {
                o[d] *= correction;
            }
        }
        double sum = 0;
        for (int j = 0; j < seen; j++) {
            scores[j] = Exponential.of(scores[j] - max);
            sum += scores[j];
        }
        values.addWeighted(scores, 0, seen, o);
        return sum;
    }
}
