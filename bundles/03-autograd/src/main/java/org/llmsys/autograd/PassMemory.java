package org.llmsys.autograd;

import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/** Where one pass gets the tensors it computes in: contiguous, of the pass's type. Used by one thread. */
@ProviderType
public interface PassMemory {

    /** All elements 0. */
    Tensor zeros(Shape shape);

    /** Elements with any content: for a result that is overwritten wholly, which saves the zeroing. */
    Tensor blank(Shape shape);

    /** Says that nobody in this pass reads a tensor of {@link #zeros} or {@link #blank} any more, nor a view of it: it may be lent again. */
    void giveBack(Tensor tensor);
}
