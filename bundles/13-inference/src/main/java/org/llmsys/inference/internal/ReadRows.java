package org.llmsys.inference.internal;

import java.util.Arrays;
import java.util.List;

import org.llmsys.inference.LogProbabilities;
import org.llmsys.tensor.Tensor;

/**
 * What a step found out for one sequence, copied out of the step's memory.
 *
 * @param logits (V) after the last row; of a measured chunk whose rows are no good, such a row
 * @param scores of the rows, when they were wanted, else empty
 */
record ReadRows(float[] logits, List<LogProbabilities> scores) {

    /** Row {@code row} of logits (1,N,V). */
    static ReadRows last(Tensor logits, int row) {
        int width = logits.shape().intExtent(2);
        int from = logits.floatOffset() + row * width;
        return new ReadRows(Arrays.copyOfRange(logits.floats(), from, from + width), List.of());
    }

    /** All rows of logits (1,N,V), which belong to one sequence. */
    static ReadRows measured(Tensor logits, PromptScores scores) {
        int rows = logits.shape().intExtent(1);
        for (int row = 0; row < rows; row++) {
            ReadRows one = last(logits, row);
            if (!one.good()) {
                return one;                                      // what is no good is not measured: the step fails by it
            }
        }
        return new ReadRows(last(logits, rows - 1).logits, scores.of(logits.floats(), logits.floatOffset(), logits.shape().intExtent(2)));
    }

    boolean good() {
        return Prediction.finite(logits);
    }
}
