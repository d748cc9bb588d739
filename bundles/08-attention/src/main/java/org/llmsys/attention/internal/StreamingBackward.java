package org.llmsys.attention.internal;

/**
 * The backward half of {@link StreamingAttention} for one key head; used by one thread.
 *
 * <p>Probabilities are computed again for one block of keys and one block of queries at a time. They are kept turned, one array a
 * key, so that the gradient of a key is a weighted sum of queries, taken in one go.
 */
final class StreamingBackward {

    private static final int ROWS = RowBlock.ROWS;

    private final HeadMatrix k;
    private final HeadMatrix v;
    private final HeadMatrix gradK;
    private final HeadMatrix gradV;
    private final int before;
    private final int valid;
    private final TurnedBlock turnedKeys;
    private final TurnedBlock turnedValues;
    private final RowBlock keys;
    private final RowBlock queries;
    private final RowBlock outGradients;
    private final float[] p = new float[ROWS];                   // P_tj of one query
    private final float[] dS = new float[ROWS];                  // dS_tj / sqrt(HS) of one query
    private final float[][] turnedP = new float[ROWS][ROWS];     // by key, then by query
    private final float[][] turnedDS = new float[ROWS][ROWS];

    /**
     * @param before keys that query t sees beside t + 1
     * @param valid  keys that are no padding
     */
    StreamingBackward(HeadMatrix k, HeadMatrix v, HeadMatrix gradK, HeadMatrix gradV, int before, int valid) {
        this.k = k;
        this.v = v;
        this.gradK = gradK;
        this.gradV = gradV;
        this.before = before;
        this.valid = valid;
        this.turnedKeys = new TurnedBlock(k.width());
        this.turnedValues = new TurnedBlock(v.width());
        this.keys = new RowBlock(k.width());
        this.queries = new RowBlock(k.width());
        this.outGradients = new RowBlock(v.width());
    }

    /** Adds the share of one query head, whose scores lose {@code slope} with each position of distance. */
    void addGradients(HeadMatrix q, float slope, HeadMatrix out, float[] logSumExp, HeadMatrix gradOut, HeadMatrix gradQ) {
        float[] mean = meanGradients(gradOut, out);
        for (int from = 0; from < valid; from += ROWS) {
            int to = Math.min(valid, from + ROWS);
            turnedKeys.load(k, from, to);
            turnedValues.load(v, from, to);
            keys.load(k, from, to);
            for (int first = Math.max(0, from - before); first < q.rows(); first += ROWS) {     // queries that see any of these keys
                int end = Math.min(q.rows(), first + ROWS);
                for (int t = first; t < end; t++) {
                    int seen = Math.min(to, before + t + 1) - from;
                    probabilities(q, t, seen, slope, before + t - from, logSumExp[t], gradOut, mean[t]);
                    addQueryGradient(gradQ, t, seen);
                    for (int j = 0; j < seen; j++) {
                        turnedP[j][t - first] = p[j];
                        turnedDS[j][t - first] = dS[j];
                    }
                }
                queries.load(q, first, end);
                outGradients.load(gradOut, first, end);
                addKeyGradients(from, to, first, end);
            }
        }
    }

    /** P_tj = exp(q_t · k_j / sqrt(HS) - slope (distance - j) - logSumExp_t), dS_tj = P_tj (dO_t · v_j - dO_t · O_t). */
    private void probabilities(HeadMatrix q, int t, int seen, float slope, int distance, float logSumExp, HeadMatrix gradOut, float mean) {
        float scale = (float) (1 / Math.sqrt(q.width()));
        turnedKeys.dots(q.data(), q.at(t), seen, p);
        turnedValues.dots(gradOut.data(), gradOut.at(t), seen, dS);
        for (int j = 0; j < seen; j++) {
            p[j] = Exponential.of(p[j] * scale - slope * (distance - j) - logSumExp);
            dS[j] = p[j] * (dS[j] - mean) * scale;
        }
    }

    /** dQ_t += Σ_j dS_tj k_j / sqrt(HS). */
    private void addQueryGradient(HeadMatrix gradQ, int t, int seen) {
        float[] row = gradQ.row(t);
        keys.addWeighted(dS, 0, seen, row);
        gradQ.setRow(t, row);
    }

    /** dV_j += Σ_t P_tj dO_t and dK_j += Σ_t dS_tj q_t / sqrt(HS), over the queries of the block that see key j. */
    private void addKeyGradients(int from, int to, int first, int end) {
        for (int j = from; j < to; j++) {
            int sees = Math.max(0, j - before - first);          // the first query of the block that sees key j
            float[] value = gradV.row(j);
            outGradients.addWeighted(turnedP[j - from], sees, end - first, value);
            gradV.setRow(j, value);
            float[] key = gradK.row(j);
            queries.addWeighted(turnedDS[j - from], sees, end - first, key);
            gradK.setRow(j, key);
        }
    }

    /** dO_t · O_t, which is Σ_j P_tj dP_tj. */
    private static float[] meanGradients(HeadMatrix gradOut, HeadMatrix out) {
        float[] mean = new float[out.rows()];
        for (int t = 0; t < mean.length; t++) {
            double sum = 0;
            for (int d = 0; d < out.width(); d++) {
                sum += (double) gradOut.get(t, d) * out.get(t, d);
            }
            mean[t] = (float) sum;
        }
        return mean;
    }
}
