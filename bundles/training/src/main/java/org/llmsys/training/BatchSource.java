package org.llmsys.training;

import org.llmsys.assembly.Slot;
import org.osgi.annotation.versioning.ConsumerType;

/** Which windows of the text a step learns from: a function of seed and step, so runs resume and repeat exactly. Stateless. */
@Slot("batches")
@ConsumerType
public interface BatchSource {

    /** @param ids the training part, at least contextLength+1 long */
    Batch batch(int[] ids, int batchSize, int contextLength, long seed, long step);

    /**
     * @param inputs  B*T ids, row by row
     * @param targets B*T ids, each the one after its input
     */
    record Batch(int[] inputs, int[] targets, int batchSize, int contextLength) {
    }
}
