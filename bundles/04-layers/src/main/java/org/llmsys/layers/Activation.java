package org.llmsys.layers;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A function applied to every element. Stateless and thread-safe.
 *
 * <pre>
 *   y[i] = f(x[i])          gradX[i] += gradY[i] * f'(x[i])
 * </pre>
 *
 * <p>Shapes: all tensors of one shape, contiguous, F32 on the heap; the references take F64 too. Errors:
 * {@link org.llmsys.tensor.ShapeException} when shapes differ.
 */
@Slot("activation")
@ConsumerType
public interface Activation {

    /** Overwrites y. */
    void forward(Tensor x, Tensor y);

    /** Adds to gradX. @param y what forward gave */
    void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX);

    /**
     * As {@link #backward(Tensor, Tensor, Tensor, Tensor)}; with {@code accumulate} false, gradX may hold anything and is overwritten.
     * This default writes zeros first; a provider may save that.
     */
    default void backward(Tensor x, Tensor y, Tensor gradY, Tensor gradX, boolean accumulate) {
        if (!accumulate) {
            Elements out = gradX.elements();
            for (int i = 0; i < out.size(); i++) {
                out.set(i, 0);
            }
        }
        backward(x, y, gradY, gradX);
    }
}
