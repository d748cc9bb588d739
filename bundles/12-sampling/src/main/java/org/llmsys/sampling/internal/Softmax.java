package org.llmsys.sampling.internal;

/** Logits to probabilities: {@code p_v = exp(l_v - max) / sum of exp(l - max)}, in double. */
final class Softmax {

    private Softmax() {
    }

    /** Subtracting the maximum keeps exp in range and changes nothing in the result. Shape (V) to (V). */
    static double[] of(float[] logits) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double[] p = new double[logits.length];
        double sum = 0;
        for (int id = 0; id < logits.length; id++) {
            p[id] = Math.exp(logits[id] - max);
            sum += p[id];
        }
        for (int id = 0; id < p.length; id++) {
            p[id] /= sum;
        }
        return p;
    }
}
