package org.llmsys.training.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.tensor.RandomStream;
import org.llmsys.training.BatchSource;
import org.osgi.service.component.annotations.Component;

/**
 * B windows of T+1 ids, each from a place drawn at random: the model sees the first T and has to say the last T.
 *
 * <pre>
 *   start_b uniform in [0, N - T);   inputs_b = ids[start_b .. start_b + T),   targets_b = ids[start_b + 1 .. start_b + T]
 * </pre>
 *
 * <p>The draws are functions of seed and step, so step 1,000 can be computed without the 999 before it.
 *
 * <p>Example: ids 5 6 7, T = 2 leaves one place: inputs 5 6, targets 6 7.
 */
@Component
@Provider(slot = "batches", algorithm = "random-windows", name = "random-windows", summary = "windows from places drawn at random")
public final class RandomWindows implements BatchSource {

    @Override
    public Batch batch(int[] ids, int batchSize, int contextLength, long seed, long step) {
        if (ids.length <= contextLength) {
            throw Problem.failed("no window of " + contextLength + " ids and the one after it fits", "there are " + ids.length + " ids",
                    "give a longer text");
        }
        RandomStream draws = RandomStream.at(seed, step);
        int[] inputs = new int[batchSize * contextLength];             // (B,T)
        int[] targets = new int[batchSize * contextLength];            // (B,T)
        for (int b = 0; b < batchSize; b++) {
            int start = (int) draws.nextLong(ids.length - contextLength);
            System.arraycopy(ids, start, inputs, b * contextLength, contextLength);
            System.arraycopy(ids, start + 1, targets, b * contextLength, contextLength);
        }
        return new Batch(inputs, targets, batchSize, contextLength);
    }
}
