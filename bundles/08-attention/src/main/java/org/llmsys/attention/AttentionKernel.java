package org.llmsys.attention;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Causal scaled dot-product attention. Stateless and thread-safe.
 *
 * <p>Shapes: q, out (B,NH,T,HS); k, v (B,NKV,S,HS) with NH a multiple of NKV (query head h reads key head h*NKV/NH) and S at least T;
 * logSumExp (B,NH,T). All F32 on the heap with any strides over the first three axes and stride 1 over HS; so views of (B,T,NH*HS) serve.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017</a>; backward from logSumExp: <a href="https://arxiv.org/abs/2205.14135">Dao et al. 2022</a>
 */
@Slot("attention")
@ConsumerType
public interface AttentionKernel {

    /** The algorithm of this slot. */
    String ALGORITHM = "scaled-dot-product";

    /**
     * @param out       overwritten
     * @param logSumExp overwritten: for each query the logarithm of the sum of exp(score) over the keys it sees; null when not wanted
     */
    void forward(Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp);

    /** Adds to gradQ, gradK, gradV (same layout rules); {@code out} and {@code logSumExp} are those of forward. */
    void backward(Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp, Tensor gradOut, Tensor gradQ, Tensor gradK, Tensor gradV);
}
