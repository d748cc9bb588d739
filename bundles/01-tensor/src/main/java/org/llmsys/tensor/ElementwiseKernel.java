package org.llmsys.tensor;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.internal.ScalarElementwise;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Element by element, over contiguous tensors of one shape. Every provider takes F32 on the heap; the reference takes every floating type,
 * wherever it lies, and the others refuse it. Stateless and thread-safe.
 *
 * <p>{@code out} may be an operand itself; any other overlap is not allowed. Shapes that differ are a {@link ShapeException}.
 */
@Slot("elementwise")
@ConsumerType
public interface ElementwiseKernel {

    /** The algorithm of this slot. */
    String ALGORITHM = "elementwise";

    /** Numerics class: each result rounded to its type once, so {@link #addScaled} is a fused multiply-add. */
    String ROUNDED_ONCE = "rounded-once";

    /** out = a + b; {@code out} may be {@code a} or {@code b}. */
    void add(Tensor a, Tensor b, Tensor out);

    /** out = a * b, element by element. */
    void multiply(Tensor a, Tensor b, Tensor out);

    /** out = factor * a. */
    void scale(Tensor a, float factor, Tensor out);

    /** out += factor * a. */
    void addScaled(Tensor a, float factor, Tensor out);

    /** The reference, for tests and for embedding without a framework. */
    static ElementwiseKernel scalar() {
        return new ScalarElementwise();
    }
}
