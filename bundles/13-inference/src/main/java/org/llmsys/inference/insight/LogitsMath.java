package org.llmsys.inference.insight;

/** What a row of logits says, in double. Minus infinity stands for what cannot come. */
final class LogitsMath {

    private LogitsMath() {
    }

    /** log of the sum of exp, around the largest: {@code max + log(sum of exp(l - max))}. */
    static double logSumExp(float[] logits) {
        float max = logits[likeliest(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp((double) logit - max);
        }
        return max + Math.log(sum);
    }

    /** Of equals the lowest id. */
    static int likeliest(float[] logits) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            best = logits[id] > logits[best] ? id : best;
        }
        return best;
    }

    /** The likeliest id other than this one; -1 when there is no other. */
    static int likeliestBut(int without, float[] logits) {
        int best = -1;
        for (int id = 0; id < logits.length; id++) {
            if (id != without && (best < 0 || logits[id] > logits[best])) {
                best = id;
            }
        }
        return best;
    }

    /** 1 for the likeliest; of equals the lower id comes first. */
    static int rank(int id, float[] logits) {
        int rank = 1;
        for (int other = 0; other < logits.length; other++) {
            if (logits[other] > logits[id] || logits[other] == logits[id] && other < id) {
                rank++;
            }
        }
        return rank;
    }

    /** Probabilities, shape (V). */
    static double[] softmax(float[] logits) {
        double norm = logSumExp(logits);
        double[] p = new double[logits.length];
        for (int id = 0; id < p.length; id++) {
            p[id] = Math.exp(logits[id] - norm);
        }
        return p;
    }
}
