package org.llmsys.autograd;

import java.util.function.Function;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/** Makes tapes: the way derivatives are taken is a slot too. Stateless and thread-safe. */
@Slot("tape")
@ConsumerType
public interface TapeFactory {

    /** The algorithm of this slot. */
    String ALGORITHM = "reverse-mode";

    /**
     * A recording tape for one forward pass.
     *
     * @param zeros makes the zeroed F32 tensors that gradients are collected in
     */
    GradientTape open(Function<Shape, Tensor> zeros);
}
