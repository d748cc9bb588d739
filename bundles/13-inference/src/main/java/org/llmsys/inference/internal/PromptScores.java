package org.llmsys.inference.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.inference.LogProbabilities;

/**
 * Measures a chunk of a prompt while its logits are there: row t says how likely the id after it was. Only the measurements leave the step, so
 * never more than a chunk's logits exist.
 *
 * @param next         the ids that follow the chunk's rows, one fewer than rows when the prompt ends with it
 * @param alternatives how many of the likeliest are named at each place
 */
record PromptScores(int[] next, int alternatives) {

    /**
     * @param logits    rows of V logits, one behind the other
     * @param from      where the first row begins
     * @param vocabSize V
     */
    List<LogProbabilities> of(float[] logits, int from, int vocabSize) {
        List<LogProbabilities> scores = new ArrayList<>(next.length);
        for (int t = 0; t < next.length; t++) {
            scores.add(LogSoftmax.of(logits, from + t * vocabSize, vocabSize, next[t], alternatives));
        }
        return scores;
    }
}
