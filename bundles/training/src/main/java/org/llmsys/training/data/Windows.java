package org.llmsys.training.data;

import java.util.Arrays;
import java.util.Objects;

import org.llmsys.assembly.Problem;
import org.llmsys.training.BatchSource.Batch;

/**
 * A row of ids as windows of T ids, each with the one after it; stride T cuts without overlap, a smaller one with.
 *
 * <pre>
 *   window w:  inputs = ids[wS .. wS+T),  targets = ids[wS+1 .. wS+T]        w from 0 to floor((N - T - 1) / S)
 * </pre>
 *
 * <p>What fills no window at the end is left out, or kept as one shorter window: its inputs are filled up with 0, its targets with
 * {@link Batch#LEFT_OUT}, which no loss counts. Within documents each document is such a row of its own, so that no window sees two.
 *
 * <p>Example: 0 1 2 3 4 5 with T = 2 and S = 2: 0 1 to 1 2, and 2 3 to 3 4; with the rest kept also 4 to 5. Places are {@code long};
 * memory: 8 bytes for every 256 documents. Immutable.
 */
public final class Windows {

    private static final int BLOCK = 256;

    private final TokenSource ids;
    private final int contextLength;
    private final int stride;
    private final boolean keepRest;
    private final DocumentEnds documents;
    private final long[] before;                                       // windows before each block of documents; the last one is all

    /**
     * Windows over the whole row, the rest left out.
     *
     * @param ids           N of them, at least T+1
     * @param contextLength T, 1 or more
     * @param stride        S, from 1 to T
     */
    public Windows(TokenSource ids, int contextLength, int stride) {
        this(ids, contextLength, stride, false, DocumentEnds.of(ids.size()));
    }

    /**
     * @param keepRest  whether what fills no window becomes a shorter one
     * @param documents rows that no window leaves
     * @throws Problem when there is no window at all, or the documents reach beyond the ids
     */
    public Windows(TokenSource ids, int contextLength, int stride, boolean keepRest, DocumentEnds documents) {
        if (contextLength < 1 || stride < 1 || stride > contextLength) {
            throw Problem.misused("cannot cut windows of " + contextLength + " ids with stride " + stride,
                    "the length is 1 or more and the stride from 1 to the length", "give values in range");
        }
        this.ids = ids;
        this.contextLength = contextLength;
        this.stride = stride;
        this.keepRest = keepRest;
        this.documents = documents;
        this.before = new long[Math.toIntExact((documents.count() + BLOCK - 1) / BLOCK + 1)];
        long windows = 0;
        for (long d = 0; d < documents.count(); d++) {
            windows += windowsOf(documents.end(d) - documents.start(d));
            before[(int) (d / BLOCK + 1)] = windows;
        }
        if (documents.count() > 0 && documents.end(documents.count() - 1) > ids.size()) {
            throw Problem.failed("the documents do not fit their ids", "the last one ends at " + documents.end(documents.count() - 1)
                    + ", there are " + ids.size() + " ids", "prepare the data again");
        }
        if (windows == 0) {
            throw Problem.failed("no window of " + contextLength + " ids and the one after it fits", "there are " + ids.size() + " ids"
                    + (documents.count() > 1 ? " in " + documents.count() + " documents" : ""), "give a longer text, or a shorter contextLength");
        }
    }

    private long windowsOf(long length) {
        long full = length > contextLength ? (length - contextLength - 1) / stride + 1 : 0;
        boolean rest = full == 0 ? length > 1 : (full - 1) * stride + contextLength < length - 1;
        return keepRest && rest ? full + 1 : full;
    }

    /** The row. */
    public TokenSource ids() {
        return ids;
    }

    /** T. */
    public int contextLength() {
        return contextLength;
    }

    /** Number of windows. */
    public long count() {
        return before[before.length - 1];
    }

    /** The windows at these places, row by row. */
    public Batch batch(long... places) {
        int[] inputs = new int[places.length * contextLength];         // (B,T)
        int[] targets = new int[places.length * contextLength];        // (B,T)
        for (int b = 0; b < places.length; b++) {
            write(Objects.checkIndex(places[b], count()), inputs, targets, b * contextLength);
        }
        return new Batch(inputs, targets, places.length, contextLength);
    }

    private void write(long place, int[] inputs, int[] targets, int row) {
        int found = Arrays.binarySearch(before, place + 1);            // the first block that reaches beyond the place
        int block = found < 0 ? -found - 1 : found;
        while (before[block - 1] > place) {                            // blocks without windows have equal counts
            block--;
        }
        long document = (long) (block - 1) * BLOCK;
        long inside = place - before[block - 1];
        long start = documents.start(document);
        long end = documents.end(document);
        for (long windows = windowsOf(end - start); inside >= windows; windows = windowsOf(end - start)) {
            inside -= windows;
            start = end;
            end = documents.end(++document);
        }
        long first = start + inside * stride;
        int length = (int) Math.min(contextLength, end - 1 - first);
        ids.copy(first, inputs, row, length);
        ids.copy(first + 1, targets, row, length);
        Arrays.fill(targets, row + length, row + contextLength, Batch.LEFT_OUT);
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
