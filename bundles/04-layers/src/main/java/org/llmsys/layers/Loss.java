package org.llmsys.layers;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Slot;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * How far each row of predictions is from its target. What becomes of the rows, a mean or a sum, is {@link LossLayer}'s. Stateless and
 * thread-safe.
 *
 * <pre>
 *   losses[n] = distance of predictions[n, 0..V-1] from the target of row n
 *
 *   cross-entropy, negative-log-likelihood       the target is a class: targets (N) of I32 or I64, 0 to V-1, or -1: the row is left out
 *   all others of this room                      the target is V numbers: targets (N,V); losses[n] is the mean over these V
 * </pre>
 *
 * <p>Shapes: predictions (N,V), losses (N), each 0 or more. All tensors are contiguous; predictions, losses, gradients and targets that
 * are numbers are F32 on the heap, for references F64 too. A row that is left out has loss 0 and adds no gradient. Errors:
 * {@link ShapeException} when shapes do not fit, {@link Problem} for a target that is no class.
 */
@Slot("loss")
@ConsumerType
public interface Loss {

    /** The target of a row that does not count. */
    int LEFT_OUT = -1;

    /** Overwrites losses. */
    void forward(Tensor predictions, Tensor targets, Tensor losses);

    /** gradPredictions[n,v] += gradLosses[n] * dlosses[n] / dpredictions[n,v]. */
    void backward(Tensor predictions, Tensor targets, Tensor gradLosses, Tensor gradPredictions);

    /**
     * What a provider whose targets are classes checks first.
     *
     * @param rows losses or gradLosses
     * @throws ShapeException when the tensors are not (N,V), (N) and (N)
     */
    static void requireClasses(String operation, Tensor predictions, Tensor targets, Tensor rows) {
        Shape shape = predictions.shape();
        if (shape.rank() != 2 || !targets.shape().equals(Shape.of(shape.extent(0))) || targets.dtype().floating() || !targets.isContiguous()) {
            throw new ShapeException(operation, shape, targets.dtype() + " " + targets.shape(), "predictions (N,V) need classes (N), whole numbers");
        }
        requireRows(operation, predictions, rows);
    }

    /**
     * What a provider whose targets are numbers checks first.
     *
     * @param rows losses or gradLosses
     * @throws ShapeException when the tensors are not (N,V), (N,V) and (N)
     */
    static void requireValues(String operation, Tensor predictions, Tensor targets, Tensor rows) {
        if (predictions.shape().rank() != 2 || !targets.shape().equals(predictions.shape())) {
            throw new ShapeException(operation, predictions.shape(), targets.shape(), "predictions (N,V) need targets (N,V)");
        }
        requireRows(operation, predictions, rows);
    }

    private static void requireRows(String operation, Tensor predictions, Tensor rows) {
        if (!rows.shape().equals(Shape.of(predictions.shape().extent(0)))) {
            throw new ShapeException(operation, predictions.shape(), rows.shape(), "predictions (N,V) have losses (N)");
        }
    }

    /** What backward checks besides. @throws ShapeException when the shapes differ */
    static void requireGradient(String operation, Tensor predictions, Tensor gradPredictions) {
        if (!gradPredictions.shape().equals(predictions.shape())) {
            throw new ShapeException(operation, predictions.shape(), gradPredictions.shape(), "the gradient has the predictions' shape");
        }
    }

    /**
     * The class of a row, or {@link #LEFT_OUT}.
     *
     * @param targets contiguous (N)
     * @throws Problem that names row and target when it is neither
     */
    static int target(Tensor targets, int row, int classes) {
        long target = targets.storage().getLong(targets.offset() + row);
        if (target < LEFT_OUT || target >= classes) {
            throw noClass(target, row, classes);
        }
        return (int) target;
    }

    /** The error for a target that is no class. */
    static Problem noClass(long target, long row, long classes) {
        return Problem.failed("target " + target + " in row " + row + " is no class",
                classes == 0 ? "the predictions have no classes" : "the predictions have classes 0 to " + (classes - 1),
                "use targets that belong to the model (its tokenizer's ids), and for rows that do not count the number that says so");
    }
}
