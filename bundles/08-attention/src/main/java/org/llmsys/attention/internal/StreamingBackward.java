package org.llmsys.attention.internal;

/** The backward half of {@link StreamingAttention} for one key head; used by one thread. */
final class StreamingBackward {

    private final HeadMatrix k;
    private final HeadMatrix v;
    private final HeadMatrix gradK;
    private final HeadMatrix gradV;
    private final KeyBlock keys;
    private final KeyBlock values;
    private final float[] p = new float[KeyBlock.KEYS];
    private final float[] dS = new float[KeyBlock.KEYS];

    StreamingBackward(HeadMatrix k, HeadMatrix v, HeadMatrix gradK, HeadMatrix gradV) {
        this.k = k;
        this.v = v;
        this.gradK = gradK;
        this.gradV = gradV;
        this.keys = new KeyBlock(k.width());
        this.values = new KeyBlock(v.width());
    }

    /** Adds the share of one query head. */
    void addGradients(HeadMatrix q, HeadMatrix out, float[] logSumExp, HeadMatrix gradOut, HeadMatrix gradQ) {
        int before = k.rows() - q.rows();
        int width = q.width();
        float scale = (float) (1 / Math.sqrt(width));
        float[] mean = meanGradients(gradOut, out);
        for (int from = 0; from < k.rows(); from += KeyBlock.KEYS) {
            int to = Math.min(k.rows(), from + KeyBlock.KEYS);
            keys.load(k, from, to);
            values.load(v, from, to);
            for (int t = Math.max(0, from - before); t < q.rows(); t++) {
                int seen = Math.min(to - from, before + t + 1 - from);
                keys.dots(q.data(), q.at(t), seen, p);                         // q_t · k_j
                values.dots(gradOut.data(), gradOut.at(t), seen, dS);          // dP_tj = dO_t · v_j
                for (int j = 0; j < seen; j++) {
                    p[j] = Exponential.of(p[j] * scale - logSumExp[t]);        // P_tj
                    dS[j] = p[j] * (dS[j] - mean[t]) * scale;                  // dS_tj / sqrt(HS)
                }
                for (int j = 0; j < seen; j++) {
                    int row = from + j;
                    KeyBlock.addScaled(p[j], gradOut.data(), gradOut.at(t), gradV.data(), gradV.at(row), width);
                    KeyBlock.addScaled(dS[j], q.data(), q.at(t), gradK.data(), gradK.at(row), width);
                    KeyBlock.addScaled(dS[j], k.data(), k.at(row), gradQ.data(), gradQ.at(t), width);
                }
            }
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
