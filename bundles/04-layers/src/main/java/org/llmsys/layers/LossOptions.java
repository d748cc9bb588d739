package org.llmsys.layers;

import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * How a {@link LossLayer} takes rows together. The names of the same things elsewhere: {@code reduction}, {@code ignore_index} and
 * {@code weight} in PyTorch, {@code reduction}, {@code ignore_index} and {@code weights} in ONNX, whose classes stand on axis 1.
 *
 * <pre>{@code
 * LossOptions onnx = LossOptions.MEAN.withClassAxis(1).withLeftOut(-100).withClassWeights(weights);
 * }</pre>
 *
 * @param reduction    what becomes of the losses of all rows
 * @param classAxis    where the scores of the classes stand in the predictions; negative axes count from the end
 * @param leftOut      a target that says: this row does not count. Any number, whether it is a class or not
 * @param classWeights (V), how much a row of each class counts; null: all the same
 */
public record LossOptions(LossReduction reduction, int classAxis, long leftOut, Tensor classWeights) {

    /** The mean over all rows, classes on the last axis, -1 for rows that do not count. */
    public static final LossOptions MEAN = new LossOptions(LossReduction.MEAN, -1, Loss.LEFT_OUT, null);

    /** @throws ShapeException for class weights that are no vector of real numbers */
    public LossOptions {
        if (classWeights != null && (classWeights.shape().rank() != 1 || !classWeights.dtype().floating())) {
            throw new ShapeException("class weights", classWeights.dtype() + " " + classWeights.shape(), "there is one real number for each class");
        }
    }

    public LossOptions withReduction(LossReduction other) {
        return new LossOptions(other, classAxis, leftOut, classWeights);
    }

    public LossOptions withClassAxis(int other) {
        return new LossOptions(reduction, other, leftOut, classWeights);
    }

    public LossOptions withLeftOut(long other) {
        return new LossOptions(reduction, classAxis, other, classWeights);
    }

    public LossOptions withClassWeights(Tensor others) {
        return new LossOptions(reduction, classAxis, leftOut, others);
    }
}
