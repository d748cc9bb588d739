package org.llmsys.training.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.RandomStream;
import org.llmsys.training.BatchSource;
import org.llmsys.training.data.Windows;
import org.osgi.service.component.annotations.Component;

/**
 * B windows, each drawn at random: the model sees T ids and has to say the one after each. Windows may begin at every id unless the
 * configuration gives a stride.
 *
 * <pre>
 *   w_b uniform in [0, windows);   with stride 1:  inputs_b = ids[w_b .. w_b + T),   targets_b = ids[w_b + 1 .. w_b + T]
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
    public int stride(int contextLength) {
        return 1;
    }

    @Override
    public Batch batch(Windows windows, int batchSize, long seed, long step) {
        RandomStream draws = RandomStream.at(seed, step);
        long[] places = new long[batchSize];
        for (int b = 0; b < batchSize; b++) {
            places[b] = draws.nextLong(windows.count());
        }
        return windows.batch(places);
    }
}
