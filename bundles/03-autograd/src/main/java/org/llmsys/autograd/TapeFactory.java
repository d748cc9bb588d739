package org.llmsys.autograd;

import org.llmsys.assembly.Slot;
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
     * @param memory makes the tensors that gradients are collected in
     */
    GradientTape open(PassMemory memory);
}
