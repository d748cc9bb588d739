package org.llmsys.training.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.training.BatchSource;
import org.llmsys.training.data.Windows;
import org.osgi.service.component.annotations.Component;

/**
 * B windows that follow each other, and after the text's end its beginning again: every window once a round. They do not overlap unless
 * the configuration gives a stride below T.
 *
 * <pre>
 *   window (step*B + b) mod windows;   with stride T:  windows = floor((N - 1) / T)
 * </pre>
 *
 * <p>The seed changes nothing. Example: ids 5 6 7 8 9, T = 2, B = 1: 5 6, then 7 8, then 5 6 again.
 */
@Component
@Provider(slot = "batches", algorithm = "sequential-windows", name = "sequential-windows", summary = "windows one after another, without overlap")
public final class SequentialWindows implements BatchSource {

    @Override
    public Batch batch(Windows windows, int batchSize, long seed, long step) {
        long[] places = new long[batchSize];
        for (int b = 0; b < batchSize; b++) {
            places[b] = (step * batchSize + b) % windows.count();
        }
        return windows.batch(places);
    }
}
