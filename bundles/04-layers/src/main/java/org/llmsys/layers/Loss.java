package org.llmsys.layers;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/** How far predictions are from targets, as the mean over rows. Stateless and thread-safe. Tensors are contiguous F32 on the heap. */
@Slot("loss")
@ConsumerType
public interface Loss {

    /**
     * @param predictions shape (N, V): logits for cross-entropy, values for mean squared error
     * @param targets     shape (N): class ids (I32) for cross-entropy, -1 for a row to leave out; shape (N, V) F32 for mean squared error
     * @return the mean loss in double
     */
    double forward(Tensor predictions, Tensor targets);

    /** gradPredictions += scale * dLoss/dPredictions. */
    void backward(Tensor predictions, Tensor targets, float scale, Tensor gradPredictions);
}
