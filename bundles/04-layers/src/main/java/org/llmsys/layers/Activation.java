package org.llmsys.layers;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/** A function applied to every element. Stateless and thread-safe. Tensors are contiguous F32 on the heap, all of one shape. */
@Slot("activation")
@ConsumerType
public interface Activation {

    /** y = f(x). */
    void forward(Tensor x, Tensor y);

    /** gradX += gradY * f'(x). */
    void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX);
}
