package org.llmsys.training.data;

import org.llmsys.assembly.Problem;
import org.llmsys.training.BatchSource.Batch;

/**
 * A row of ids as windows of T ids, each with the one after it; stride T cuts without overlap, a smaller one with.
 *
 * <pre>
 *   window w:  inputs = ids[wS .. wS+T),  targets = ids[wS+1 .. wS+T]        w from 0 to floor((N - T - 1) / S)
 * </pre>
 *
 * <p>What fills no window at the end is left out. Example: 0 1 2 3 4 with T = 2 and S = 2: 0 1 to 1 2, and 2 3 to 3 4.
 *
 * @param ids           N of them, at least T+1
 * @param contextLength T, 1 or more
 * @param stride        S, from 1 to T
 */
public record Windows(TokenSource ids, int contextLength, int stride) {

    public Windows {
        if (contextLength < 1 || stride < 1 || stride > contextLength) {
            throw Problem.misused("cannot cut windows of " + contextLength + " ids with stride " + stride,
                    "the length is 1 or more and the stride from 1 to the length", "give values in range");
        }
        if (ids.size() <= contextLength) {
            throw Problem.failed("no window of " + contextLength + " ids and the one after it fits", "there are " + ids.size() + " ids", "give a longer text");
        }
    }

    /** Number of windows. */
    public long count() {
        return (ids.size() - contextLength - 1) / stride + 1;
    }

    /** The windows at these places, row by row. */
    public Batch batch(long... places) {
        int[] inputs = new int[places.length * contextLength];         // (B,T)
        int[] targets = new int[places.length * contextLength];        // (B,T)
        for (int b = 0; b < places.length; b++) {
            long start = java.util.Objects.checkIndex(places[b], count()) * stride;
            ids.copy(start, inputs, b * contextLength, contextLength);
            ids.copy(start + 1, targets, b * contextLength, contextLength);
        }
        return new Batch(inputs, targets, places.length, contextLength);
    }

    /**
     * The batch of a step, in an order that is new in each round through the windows; every window comes once a round.
     *
     * @param seed of the orders
     * @param step 0 or more; batches need not be asked for in order
     */
    public Batch shuffled(int batchSize, long seed, long step) {
        long[] places = new long[batchSize];
        for (int b = 0; b < batchSize; b++) {
            long place = step * batchSize + b;
            long round = place / count();
            places[b] = new Shuffle(count(), seed + round).at(place % count());
        }
        return batch(places);
    }
}
