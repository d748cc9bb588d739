package org.llmsys.normalization;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Normalizes each row. Stateless and thread-safe. Tensors are contiguous F32 on the heap (references: F64 too); x, y of shape (N,C) (any
 * leading axes), gamma, beta (C), saved (N,2).
 */
@Slot("normalization")
@ConsumerType
public interface Normalization {

    /**
     * @param beta  null for none
     * @param y     overwritten
     * @param saved overwritten with what backward needs of each row (LayerNorm: mean and 1/deviation; RMSNorm: 0 and 1/rms); null when not wanted
     */
    void forward(Tensor x, Tensor gamma, Tensor beta, float eps, Tensor y, Tensor saved);

    /** Adds to gradX, gradGamma, gradBeta; each may be null when not wanted. */
    void backward(Tensor x, Tensor gamma, Tensor saved, Tensor gradY, Tensor gradX, Tensor gradGamma, Tensor gradBeta);
}
