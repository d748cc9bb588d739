package org.llmsys.inference.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.transformer.ModelConfig;

/**
 * The most memory that passes through a decoder compute in. A block's intermediates go back when it ends and the next one takes them, so one block
 * counts; what each block hands on stays to the end of the pass:
 *
 * <pre>
 *   a row          4 · ( L·C                             what each block hands on
 *                      + 12·C                            embedding with positions, norms, projections, sums; 4·C of it to spare
 *                      + 3·(NH + NKV)·HS                 queries, keys, values in one row; queries and keys turned; what the heads find
 *                      + 4·F )                           gate, activation, up, product; a network without a gate takes half of it
 *   a logits row   4 · ( V + 2·C )                       logits; the row before and behind the last norm
 * </pre>
 *
 * <p>Activations are F32 whatever the type of the weights. What is to spare is for blocks of plug-ins. What kernels keep for themselves is not in it.
 *
 * <p>A workspace holds two passes at most: buffers of the one before stay until the next one ends, when their sizes differ.
 */
record WorkspaceBound(ModelConfig config) {

    private static final int BYTES = 4;

    /** Of one pass: rows that go through the blocks, and rows that get logits. */
    private record Rows(int all, int withLogits) {
    }

    /** Bytes of one pass. */
    long pass(long rows, long logitsRows) {
        long c = config.embeddingDim();
        long heads = 3L * ((long) config.numHeads() + config.numKvHeads()) * config.headDim();
        long row = (config.numLayers() + 12L) * c + heads + 4L * config.hiddenDim();
        return Math.multiplyExact(BYTES, Math.addExact(Math.multiplyExact(rows, row), Math.multiplyExact(logitsRows, config.vocabSize() + 2 * c)));
    }

    /**
     * The passes of one sequence by itself, which come in an order that is known.
     *
     * @param unread   ids it reads at first, cut into chunks
     * @param again    ids it reads at once when its context is full; 0 where it ends then
     * @param measured whether the rows read at first have logits
     */
    long alone(int unread, int again, boolean measured) {
        List<Rows> passes = new ArrayList<>();
        chunks(unread, measured ? Reading.MEASURED_CHUNK : Reading.CHUNK, measured, passes);
        chunks(again, Reading.CHUNK, false, passes);
        passes.add(new Rows(1, 1));
        long most = 0;
        Rows before = passes.getLast();
        for (Rows rows : passes) {
            most = Math.max(most, Math.addExact(bytes(rows), rows.equals(before) ? 0 : bytes(before)));
            before = rows;
        }
        return most;
    }

    private long bytes(Rows rows) {
        return pass(rows.all(), rows.withLogits());
    }

    /** Of many equal chunks the first stands for all; the last one may be shorter. */
    private static void chunks(int ids, int chunk, boolean measured, List<Rows> passes) {
        if (ids > chunk) {
            passes.add(new Rows(chunk, measured ? chunk : 1));
        }
        if (ids > 0) {
            int last = (ids - 1) % chunk + 1;
            passes.add(new Rows(last, measured ? last : 1));
        }
    }

    /** The passes that as many sequences share, in any order: any two may come one behind the other. */
    long together(int sequences) {
        long most = Math.min(SharedSteps.MOST_ROWS, (long) sequences * Reading.CHUNK);
        long largest = Math.max(pass(most, Math.min(most, sequences)), pass(Reading.MEASURED_CHUNK, Reading.MEASURED_CHUNK));
        return Math.multiplyExact(2, largest);
    }
}
