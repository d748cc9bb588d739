package org.llmsys.training.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.training.BatchSource;
import org.llmsys.training.data.TokenSource;
import org.llmsys.training.data.Windows;
import org.osgi.service.component.annotations.Component;

/**
 * B windows of T ids that follow each other without overlap, and after the text's end its beginning again: every window once a round.
 *
 * <pre>
 *   window (step*B + b) mod floor((N - 1) / T)
 * </pre>
 *
 * <p>The seed changes nothing. Example: ids 5 6 7 8 9, T = 2, B = 1: 5 6, then 7 8, then 5 6 again.
 */
@Component
@Provider(slot = "batches", algorithm = "sequential-windows", name = "sequential-windows", summary = "windows one after another, without overlap")
public final class SequentialWindows implements BatchSource {

    @Override
    public Batch batch(int[] ids, int batchSize, int contextLength, long seed, long step) {
        Windows windows = new Windows(new Row(ids), contextLength, contextLength);
        long[] places = new long[batchSize];
        for (int b = 0; b < batchSize; b++) {
            places[b] = (step * batchSize + b) % windows.count();
        }
        return windows.batch(places);
    }

    /** The array itself: a step must not copy the text. */
    private record Row(int[] ids) implements TokenSource {

        @Override
        public long size() {
            return ids.length;
        }

        @Override
        public void copy(long from, int[] target, int offset, int length) {
            System.arraycopy(ids, (int) from, target, offset, length);
        }
    }
}
