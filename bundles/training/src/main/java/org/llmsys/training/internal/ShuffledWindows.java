package org.llmsys.training.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.training.BatchSource;
import org.llmsys.training.data.Windows;
import org.osgi.service.component.annotations.Component;

/**
 * B windows in an order that is new in each round through the text: every window once a round, as an epoch has it. The order is computed
 * and takes no memory, however many windows there are.
 *
 * <pre>
 *   window Shuffle(windows, seed + round).at(place);   round, place = quotient and rest of (step*B + b) / windows
 * </pre>
 *
 * <p>Example: ids 5 6 7 8 9, T = 2, B = 1: 7 8 and 5 6, or 5 6 and 7 8, then both again in the order of the next round.
 *
 * @see org.llmsys.training.data.Shuffle
 */
@Component
@Provider(slot = "batches", algorithm = "shuffled-windows", name = "shuffled-windows",
        summary = "every window once a round, each round in another order")
public final class ShuffledWindows implements BatchSource {

    @Override
    public Batch batch(Windows windows, int batchSize, long seed, long step) {
        return windows.shuffled(batchSize, seed, step);
    }
}
