package org.llmsys.memory;

import org.llmsys.bindings.NativePipelines.Settings;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Opens pipelines from shards on disk to batches.
 *
 * <p>A pipeline is no {@link org.llmsys.training.BatchSource}: that one is a stateless function of seed and step over ids that the trainer holds, so
 * that a run can resume at any step; a pipeline reads on, and what it read is gone.
 *
 * <pre>{@code
 * try (BatchPipeline pipeline = pipelines.open(new Settings(shards, "u16", null, 8, 64, 2, 16, 7, 1))) {
 *     for (BatchSource.Batch batch = pipeline.next(); batch != null; batch = pipeline.next()) { ... }
 * }
 * }</pre>
 */
@ProviderType
public interface BatchPipelines {

    /** @throws org.llmsys.assembly.Problem for a file that is not there, or settings out of range */
    BatchPipeline open(Settings settings);
}
