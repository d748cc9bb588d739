package org.llmsys.inference.internal;

/**
 * What an attempt at a step made; all of it belongs to the attempt.
 *
 * @param logits what the network said of the next token, shape (V), before any filter
 * @param id     the token picked, or {@link #NONE} when none was asked for or the logits are no good
 */
record Prediction(float[] logits, int id) {

    static final int NONE = -1;

    /** What is wrong with it, or null. The logits are looked at before the filters, which write minus infinity. */
    String fault() {
        return finite(logits) ? null : "logits hold NaN or infinity";
    }

    static boolean finite(float[] numbers) {
        float sum = 0;                                           // x·0 is 0 for a finite x, else NaN
        for (float number : numbers) {
            sum += number * 0f;
        }
        return sum == 0;
    }
}
