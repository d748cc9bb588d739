package org.llmsys.layers;

/**
 * How a {@link BatchNorm} counts.
 *
 * @param eps      added to the variance, so that a constant channel is not divided by zero; above 0
 * @param momentum how much of a running number one batch replaces: running = (1 - momentum) * running + momentum * batch, 0 to 1. What
 *                 ONNX calls momentum is 1 minus this
 * @param unbiased whether the running variance follows sum / (M - 1), the estimate for numbers not seen, or sum / M, as ONNX has it
 * @param frozen   normalize with the running numbers also while learning, and leave them: for a layer that was trained elsewhere
 */
public record BatchNormOptions(double eps, double momentum, boolean unbiased, boolean frozen) {

    /** PyTorch's numbers. */
    public static final BatchNormOptions DEFAULT = new BatchNormOptions(1e-5, 0.1, true, false);

    /** @throws IllegalArgumentException for an epsilon that is not above 0, or a momentum outside 0 to 1 */
    public BatchNormOptions {
        if (!(eps > 0 && eps < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the epsilon of batch normalization must be above 0, not " + eps);
        }
        if (!(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException("the momentum of batch normalization must be from 0 to 1, not " + momentum);
        }
    }

    public BatchNormOptions withEps(double other) {
        return new BatchNormOptions(other, momentum, unbiased, frozen);
    }

    public BatchNormOptions withMomentum(double other) {
        return new BatchNormOptions(eps, other, unbiased, frozen);
    }

    public BatchNormOptions withUnbiased(boolean other) {
        return new BatchNormOptions(eps, momentum, other, frozen);
    }

    public BatchNormOptions withFrozen(boolean other) {
        return new BatchNormOptions(eps, momentum, unbiased, other);
    }
}
