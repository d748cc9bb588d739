package org.llmsys.layers;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Turns rows of scores into distributions. Stateless and thread-safe.
 *
 * <pre>
 *   softmax         y[v] = exp(x[v]) / sum over u of exp(x[u])              0 to 1, a row adds up to 1
 *   log-softmax     y[v] = x[v] - log(sum over u of exp(x[u]))              the logarithms of these probabilities
 * </pre>
 *
 * <p>Shapes: all tensors (..., V), one shape, contiguous, F32 on the heap; the references take F64 too. Every row of V scores is a
 * distribution of its own; there may be no rows, and no columns. No score is too large, because the largest of a row is subtracted
 * before the exponential; that changes nothing in the result. A score of minus infinity has probability 0. A row of nothing else leaves
 * nothing to choose from: its probabilities are 0 (their logarithms minus infinity), not NaN, and no gradient flows through it. Errors:
 * {@link org.llmsys.tensor.ShapeException} when shapes differ or there is no axis.
 *
 * <pre>{@code
 * softmax.forward(Tensor.of(Shape.of(1, 2), 0, (float) Math.log(3)), y);      // 0.25 0.75
 * }</pre>
 */
@Slot("softmax")
@ConsumerType
public interface Softmax {

    /** The algorithm that gives probabilities. */
    String PROBABILITIES = "softmax";
    /** The algorithm that gives their logarithms. */
    String LOGARITHMS = "log-softmax";

    /** Overwrites y, which may be x itself. */
    void forward(Tensor x, Tensor y);

    /**
     * Adds to gradX:
     *
     * <pre>
     *   softmax         gradX[v] += y[v] * (gradY[v] - sum over u of gradY[u] * y[u])
     *   log-softmax     gradX[v] += gradY[v] - exp(y[v]) * sum over u of gradY[u]
     * </pre>
     *
     * @param y what forward gave
     */
    void backward(Tensor y, Tensor gradY, Tensor gradX);
}
