package org.llmsys.training;

import java.util.List;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/** One rule for moving weights down the gradient. Stateless and thread-safe: what it remembers of a weight lives in tensors the run owns. */
@Slot("optimizer")
@ConsumerType
public interface Optimizer {

    /** Names of the tensors, of the weight's shape and zero at first, that it keeps for each weight: for AdamW {@code m} and {@code v}. */
    List<String> memory();

    /**
     * Moves one weight, in place. The gradient is only read.
     *
     * @param memory in the order of {@link #memory()}; read and written
     * @throws ShapeException when the shapes differ
     */
    void update(Tensor weight, Tensor gradient, List<Tensor> memory, Rule rule);

    /**
     * What every provider checks first.
     *
     * @throws ShapeException when gradient or memory have not the weight's shape, or there is more or less memory than {@link #memory()} says
     */
    default void requireFit(Tensor weight, Tensor gradient, List<Tensor> memory) {
        if (!gradient.shape().equals(weight.shape())) {
            throw new ShapeException("optimizer", weight.shape(), gradient.shape(), "the gradient has the weight's shape");
        }
        if (memory.size() != memory().size()) {
            throw new ShapeException("optimizer", weight.shape(), memory.size() + " tensors of memory were given for " + memory());
        }
        for (Tensor each : memory) {
            if (!each.shape().equals(weight.shape())) {
                throw new ShapeException("optimizer", weight.shape(), each.shape(), "the memory has the weight's shape");
            }
        }
    }

    /**
     * What changes from step to step, and what does not.
     *
     * @param step         counts from 1, for the correction of means that began at 0; 0 for no correction
     * @param learningRate η of this step
     * @param settings     with the weight decay of this weight
     */
    record Rule(long step, double learningRate, OptimizerSettings settings) {

        /** How much of a mean with this factor has been filled since it began at 0: 1 - βᵗ. */
        public double filled(double beta) {
            return step == 0 ? 1 : 1 - Math.pow(beta, step);
        }
    }
}
