package org.llmsys.memory.internal;

import org.llmsys.bindings.NativePipelines;
import org.llmsys.bindings.NativePipelines.Pipeline;
import org.llmsys.bindings.NativePipelines.Settings;
import org.llmsys.bindings.NativePipelines.Stats;
import org.llmsys.memory.BatchPipeline;
import org.llmsys.memory.BatchPipelines;
import org.llmsys.training.BatchSource.Batch;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Batches of a native pipeline as the trainer knows them. */
@Component
public final class PrefetchedBatches implements BatchPipelines {

    private final NativePipelines pipelines;

    @Activate
    public PrefetchedBatches(@Reference NativePipelines pipelines) {
        this.pipelines = pipelines;
    }

    @Override
    public BatchPipeline open(Settings settings) {
        return new Opened(pipelines.open(settings), settings.batchSize(), settings.contextLength());
    }

    private record Opened(Pipeline pipeline, int batchSize, int contextLength) implements BatchPipeline {

        @Override
        public Batch next() {
            int[] inputs = new int[batchSize * contextLength];
            int[] targets = new int[batchSize * contextLength];
            return pipeline.next(inputs, targets) ? new Batch(inputs, targets, batchSize, contextLength) : null;
        }

        @Override
        public Stats stats() {
            return pipeline.stats();
        }

        @Override
        public void close() {
            pipeline.close();
        }
    }
}
