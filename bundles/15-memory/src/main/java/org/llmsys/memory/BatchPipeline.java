package org.llmsys.memory;

import org.llmsys.bindings.NativePipelines.Stats;
import org.llmsys.training.BatchSource.Batch;
import org.osgi.annotation.versioning.ProviderType;

/** Batches in the order of a pipeline. For one thread; {@link #close} from any. */
@ProviderType
public interface BatchPipeline extends AutoCloseable {

    /**
     * Waits for the next batch, inputs and targets (B,T).
     *
     * @return null when all epochs are over
     * @throws org.llmsys.assembly.Problem what a reader met
     */
    Batch next();

    Stats stats();

    @Override
    void close();
}
