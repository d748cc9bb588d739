package org.llmsys.inference.internal;

import org.llmsys.transformer.ModelConfig;

/**
 * The most memory that passes through a decoder compute in. A pass keeps what it computes to its end, so this counts, for every row, what each
 * part of a block makes, with room for copies where a step is shared:
 *
 * <pre>
 *   a row        L · (12·C + 3·(NH + 2·NKV)·HS + 4·F + NH) + 4·C      norms, projections, heads, sums, hidden layer
 *   a logits row V + 2·C
 * </pre>
 *
 * <p>A workspace holds two passes at most: buffers of the one before stay until the next one ends, when their sizes differ.
 */
record WorkspaceBound(ModelConfig config) {

    private static final int BYTES = 4;

    /** One pass. */
    long pass(long rows, long logitsRows) {
        long c = config.embeddingDim();
        long projected = ((long) config.numHeads() + 2L * config.numKvHeads()) * config.headDim();
        long row = config.numLayers() * (12 * c + 3 * projected + 4L * config.hiddenDim() + config.numHeads()) + 4 * c;
        return Math.multiplyExact(BYTES, Math.addExact(Math.multiplyExact(rows, row), Math.multiplyExact(logitsRows, config.vocabSize() + 2 * c)));
    }

    /**
     * The passes of one sequence by itself.
     *
     * @param longest  most ids it reads at once, cut into chunks
     * @param measured whether the prompt's rows have logits
     */
    long alone(int longest, boolean measured) {
        int chunk = measured ? Reading.MEASURED_CHUNK : Reading.CHUNK;
        long largest = pass(Math.min(longest, Reading.CHUNK), 1);
        if (measured) {
            long rows = Math.min(longest, Reading.MEASURED_CHUNK);
            largest = Math.max(largest, pass(rows, rows));
        }
        return Math.addExact(largest, longest > chunk ? largest : pass(1, 1));
    }

    /** The passes that as many sequences share. */
    long together(int sequences) {
        long most = Math.min(SharedSteps.MOST_ROWS, (long) sequences * Reading.CHUNK);
        long largest = Math.max(pass(most, Math.min(most, sequences)), pass(Reading.MEASURED_CHUNK, Reading.MEASURED_CHUNK));
        return Math.multiplyExact(2, largest);
    }
}
