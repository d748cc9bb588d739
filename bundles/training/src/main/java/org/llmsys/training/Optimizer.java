package org.llmsys.training;

import java.util.List;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/** One rule for moving weights down the gradient. Stateless and thread-safe: what it remembers of a weight lives in tensors the run owns. */
@Slot("optimizer")
@ConsumerType
public interface Optimizer {

    /** Names of the tensors, of the weight's shape and zero at first, that it keeps for each weight: for AdamW {@code m} and {@code v}. */
    List<String> memory();

    /**
     * Moves one weight, in place.
     *
     * @param memory in the order of {@link #memory()}; read and written
     */
    void update(Tensor weight, Tensor gradient, List<Tensor> memory, Rule rule);

    /**
     * @param step         counts from 1, for bias correction
     * @param learningRate of this step
     * @param weightDecay  of this weight: 0 for vectors
     */
    record Rule(long step, double learningRate, double beta1, double beta2, double eps, double weightDecay) {
    }
}
