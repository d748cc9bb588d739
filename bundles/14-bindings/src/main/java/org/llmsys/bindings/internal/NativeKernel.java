package org.llmsys.bindings.internal;

import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Which implementation of the engine a provider calls.
 *
 * @param what      the algorithm by Java's name, for messages
 * @param algorithm by the engine's name
 * @param name      of the implementation in the engine
 */
record NativeKernel(String what, CText algorithm, CText name) {

    /** Its address, as calls pass it. */
    long algorithmAt() {
        return algorithm.address();
    }

    long nameAt() {
        return name.address();
    }

    /** @param rule that asks for it, for the message */
    void requireSameShape(Tensor x, Tensor other, String rule) {
        if (!x.shape().equals(other.shape())) {
            throw new ShapeException(what, x.shape(), other.shape(), rule);
        }
    }
}
