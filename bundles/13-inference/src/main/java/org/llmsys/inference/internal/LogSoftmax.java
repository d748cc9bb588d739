package org.llmsys.inference.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.inference.LogProbabilities;
import org.llmsys.inference.LogProbabilities.Alternative;

/**
 * Logits to log-probabilities, in double.
 *
 * <pre>
 *   ln p(v) = l_v - max - ln Σ_u exp(l_u - max)          subtracting the maximum keeps exp in range
 * </pre>
 */
final class LogSoftmax {

    private LogSoftmax() {
    }

    /**
     * One place of a sequence.
     *
     * @param logits       holds the V logits of that place, from {@code from} on; a token that a filter removed has negative infinity
     * @param id           the token that stands there
     * @param alternatives how many of the likeliest are named; removed ones never are
     */
    static LogProbabilities of(float[] logits, int from, int vocabSize, int id, int alternatives) {
        Scale scale = Scale.of(logits, from, vocabSize);
        List<Alternative> top = new ArrayList<>();
        for (int best : likeliest(logits, from, vocabSize, Math.min(alternatives, vocabSize))) {
            if (logits[from + best] > Float.NEGATIVE_INFINITY) {
                top.add(new Alternative(best, scale.of(logits[from + best])));
            }
        }
        return new LogProbabilities(id, scale.of(logits[from + id]), top);
    }

    /** What all logits of a place are measured against; the two are taken off one after the other, as their sum would lose the smaller. */
    private record Scale(float max, double logSum) {

        static Scale of(float[] logits, int from, int vocabSize) {
            float max = Float.NEGATIVE_INFINITY;
            for (int v = 0; v < vocabSize; v++) {
                max = Math.max(max, logits[from + v]);
            }
            double sum = 0;
            for (int v = 0; v < vocabSize; v++) {
                sum += Math.exp((double) logits[from + v] - max);
            }
            return new Scale(max, Math.log(sum));
        }

        double of(float logit) {
            return (double) logit - max - logSum;
        }
    }

    /** The ids of the largest logits, of equals the lower id first. Insertion into a short list: most logits fail at its last place. */
    private static int[] likeliest(float[] logits, int from, int vocabSize, int count) {
        int[] ids = new int[count];
        int held = 0;
        for (int v = 0; v < vocabSize; v++) {
            if (held == count && (count == 0 || !(logits[from + v] > logits[from + ids[count - 1]]))) {
                continue;
            }
            int place = held < count ? held++ : count - 1;
            while (place > 0 && logits[from + v] > logits[from + ids[place - 1]]) {
                ids[place] = ids[place - 1];
                place--;
            }
            ids[place] = v;
        }
        return ids;
    }
}
