package org.llmsys.inference.internal;

import java.util.List;

import org.llmsys.inference.LogProbabilities;

/**
 * What an attempt at a step made; all of it belongs to the attempt.
 *
 * @param logits   what the network said of the next token, shape (V), before any filter
 * @param scores   of the rows read, when they were wanted
 * @param id       the token picked, or {@link #NONE} when none was asked for or the logits are no good
 * @param model    how likely the model found it; null when nobody asked
 * @param filtered how likely it was after the filters; null when nobody asked
 */
record Prediction(float[] logits, List<LogProbabilities> scores, int id, LogProbabilities model, LogProbabilities filtered) {

    static final int NONE = -1;

    /** Nothing picked. */
    Prediction(float[] logits, List<LogProbabilities> scores) {
        this(logits, scores, NONE, null, null);
    }

    /** What is wrong with it, or null. The logits are looked at before the filters, which write minus infinity. */
    String fault() {
        return finite(logits) ? null : "logits hold NaN or infinity";
    }

    static boolean finite(float[] numbers) {
        float a = 0;                                             // x·0 is 0 for a finite x, else NaN
        float b = 0;
        float c = 0;
        float d = 0;                                             // four sums, which do not wait for each other
        int i = 0;
        for (; i + 4 <= numbers.length; i += 4) {
            a += numbers[i] * 0f;
            b += numbers[i + 1] * 0f;
            c += numbers[i + 2] * 0f;
            d += numbers[i + 3] * 0f;
        }
        for (; i < numbers.length; i++) {
            a += numbers[i] * 0f;
        }
        return a + b + c + d == 0;
    }
}
