package org.llmsys.tensor;

import org.llmsys.assembly.Slot;
import org.osgi.annotation.versioning.ConsumerType;

/** Element by element, over contiguous F32 tensors of one shape on the heap. Stateless and thread-safe. */
@Slot("elementwise")
@ConsumerType
public interface ElementwiseKernel {

    /** out = a + b; {@code out} may be {@code a} or {@code b}. */
    void add(Tensor a, Tensor b, Tensor out);

    /** out = a * b, element by element. */
    void multiply(Tensor a, Tensor b, Tensor out);

    /** out = factor * a. */
    void scale(Tensor a, float factor, Tensor out);

    /** out += factor * a. */
    void addScaled(Tensor a, float factor, Tensor out);
}
