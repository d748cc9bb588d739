package org.llmsys.training;

import org.llmsys.assembly.Slot;
import org.llmsys.training.data.TokenSource;
import org.llmsys.training.data.Windows;
import org.osgi.annotation.versioning.ConsumerType;

/** Which windows of the text a step learns from: a function of seed and step, so runs resume and repeat exactly. Stateless. */
@Slot("batches")
@ConsumerType
public interface BatchSource {

    /** @param windows of the training part: there is one at least, and there may be more than an {@code int} counts */
    Batch batch(Windows windows, int batchSize, long seed, long step);

    /** How far apart windows begin when the configuration does not say: T, so that they do not overlap. From 1 to T. */
    default int stride(int contextLength) {
        return contextLength;
    }

    /** The same for ids in memory, with the stride of this source. @param ids at least contextLength+1 of them */
    default Batch batch(int[] ids, int batchSize, int contextLength, long seed, long step) {
        return batch(new Windows(TokenSource.over(ids), contextLength, stride(contextLength)), batchSize, seed, step);
    }

    /**
     * @param inputs  B*T ids, row by row
     * @param targets B*T ids, each the one after its input, or {@link #LEFT_OUT}
     */
    record Batch(int[] inputs, int[] targets, int batchSize, int contextLength) {

        /** The target of a place that does not count: where a window is shorter than T. */
        public static final int LEFT_OUT = -1;
    }
}
