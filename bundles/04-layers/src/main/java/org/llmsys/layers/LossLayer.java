package org.llmsys.layers;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * The end of a network: one number that says how wrong it was, from which the way back starts.
 *
 * <pre>
 *   none     y[n] = w[n] * loss[n]
 *   sum      y = sum over n of w[n] * loss[n]
 *   mean     y = (sum over n of w[n] * loss[n]) / (sum over n of w[n])          0 when no row counts
 *   w[n]     the weight of row n's class; 1 without class weights; 0 for a row that is left out
 * </pre>
 *
 * <p>Shapes: with {@code cross-entropy} and {@code negative-log-likelihood} predictions (..., V), or with V on another axis, and classes
 * (...) in I32 or I64, which may also come flat; with the other losses predictions and targets of one shape, each element a row of its
 * own. Sum and mean have shape (1) and type F64, added up in double: {@code loss.value().getDouble(0)}. Without reduction the result has
 * the targets' shape. Errors: {@link ShapeException} when targets do not fit the predictions, {@link org.llmsys.assembly.Problem} with
 * row and value for a target that is no class.
 *
 * <pre>{@code
 * LossLayer loss = new LossLayer("cross-entropy", needs);
 * Variable l = loss.forward(logits, targets, pass);       // (B,T,V) and (B,T) to (1)
 * Gradients gradients = pass.tape().backward(l);
 * }</pre>
 */
public final class LossLayer {

    private final String algorithm;
    private final LossOptions options;
    private final Need<Loss> loss;

    /** The mean over all rows that count. @param algorithm as below */
    public LossLayer(String algorithm, Needs needs) {
        this(algorithm, LossOptions.MEAN, needs);
    }

    /**
     * @param algorithm {@code cross-entropy}, {@code negative-log-likelihood}, {@code mean-squared-error}, {@code mean-absolute-error},
     *                  {@code huber}, {@code binary-cross-entropy}, {@code binary-cross-entropy-with-logits}, or a plug-in's
     */
    public LossLayer(String algorithm, LossOptions options, Needs needs) {
        this.algorithm = algorithm;
        this.options = options;
        this.loss = needs.add(Loss.class, algorithm);
    }

    /** Whole numbers as targets are classes, real numbers are values. */
    public Variable forward(Variable predictions, Tensor targets, Pass pass) {
        return targets.dtype().floating() ? ofValues(predictions, targets, pass) : ofClasses(predictions, targets, pass);
    }

    private Variable ofValues(Variable predictions, Tensor targets, Pass pass) {
        if (!targets.shape().equals(predictions.shape()) || options.classWeights() != null) {
            throw new ShapeException(algorithm, predictions.shape(), targets.shape(), options.classWeights() == null
                    ? "targets that are real numbers have the predictions' shape" : "class weights need classes as targets: whole numbers");
        }
        Variable elements = predictions.value().isContiguous() ? predictions : MovedAxis.forward(predictions, -1, -1, pass);
        RowWeights all = new RowWeights(Math.toIntExact(targets.size()), null, null);
        return reduced(elements, 1, targets.contiguous().reshape(targets.size(), 1), all, targets.shape(), pass);
    }

    private Variable ofClasses(Variable predictions, Tensor targets, Pass pass) {
        int axis = predictions.shape().axis(options.classAxis());
        Variable scores = MovedAxis.forward(predictions, axis, -1, pass);                          // (..., V)
        long classes = scores.shape().extent(-1);
        requireFit(predictions, scores.shape(), targets);
        Tensor ids = ids(targets, classes);                                                        // (N)
        Elements weights = options.classWeights() == null ? null : options.classWeights().contiguous().elements();
        return reduced(scores, classes, ids, new RowWeights(Math.toIntExact(ids.size()), ids, weights), targets.shape(), pass);
    }

    private void requireFit(Variable predictions, Shape scores, Tensor targets) {
        long rows = 1;
        boolean fits = targets.shape().rank() == scores.rank() - 1;
        for (int axis = 0; axis < scores.rank() - 1; axis++) {
            rows *= scores.extent(axis);
            fits &= targets.shape().rank() > axis && targets.shape().extent(axis) == scores.extent(axis);
        }
        if (!fits && !targets.shape().equals(Shape.of(rows))) {
            throw new ShapeException(algorithm, predictions.shape(), targets.shape(),
                    "there is one target for each place: the predictions' shape without axis " + options.classAxis());
        }
        if (options.classWeights() != null && options.classWeights().size() != scores.extent(-1)) {
            throw new ShapeException(algorithm, predictions.shape(), options.classWeights().shape(), "there is one weight for each class");
        }
    }

    /** The classes in one row, with {@link Loss#LEFT_OUT} where the options leave a row out. */
    private Tensor ids(Tensor targets, long classes) {
        Tensor flat = targets.contiguous().reshape(targets.size());
        if (options.leftOut() == Loss.LEFT_OUT) {
            return flat;
        }
        Tensor ids = Tensor.zeros(DType.I32, flat.shape());
        for (int n = 0; n < flat.size(); n++) {
            long target = flat.getLong(n);
            if (target == Loss.LEFT_OUT) {
                throw Loss.noClass(target, n, classes);                                            // it would silently not count
            }
            ids.storage().setLong(n, target == options.leftOut() ? Loss.LEFT_OUT : narrow(target, n, classes));
        }
        return ids;
    }

    private static long narrow(long target, int row, long classes) {
        if (target < 0 || target >= classes) {
            throw Loss.noClass(target, row, classes);
        }
        return target;
    }

    private Variable reduced(Variable predictions, long width, Tensor targets, RowWeights weights, Shape shape, Pass pass) {
        Tensor rows = predictions.value().reshape(weights.rows(), width);                          // (N,V)
        Tensor losses = pass.blank(weights.rows());                                                // (N)
        pass.step().get(loss).forward(rows, targets, losses);
        double total = options.reduction() == LossReduction.MEAN ? weights.sum() : 1;
        Tensor value = value(losses, weights, total, shape);
        return pass.tape().record(algorithm, value, (gradLoss, gradients) -> {
            if (gradients.wanted(predictions)) {
                Tensor gradLosses = gradLosses(gradLoss, weights, total, pass);
                pass.step().get(loss).backward(rows, targets, gradLosses, gradients.into(predictions).reshape(weights.rows(), width));
                pass.giveBack(gradLosses);
            }
        }, predictions);
    }

    private Tensor value(Tensor losses, RowWeights weights, double total, Shape shape) {
        Elements each = losses.elements();
        if (options.reduction() == LossReduction.NONE) {
            for (int n = 0; n < each.size(); n++) {
                each.set(n, weights.of(n) * each.get(n));
            }
            return losses.reshape(shape.extents());
        }
        Tensor value = Tensor.zeros(DType.F64, Shape.of(1));
        value.set(total == 0 ? 0 : weights.sum(each) / total, 0);
        return value;
    }

    /** dLoss/dlosses[n]: what arrives at the end, times the part that row n has in it. */
    private Tensor gradLosses(Tensor gradLoss, RowWeights weights, double total, Pass pass) {
        Tensor gradLosses = pass.blank(weights.rows());
        Elements from = gradLoss.contiguous().elements();
        Elements to = gradLosses.elements();
        for (int n = 0; n < to.size(); n++) {
            double arriving = from.get(options.reduction() == LossReduction.NONE ? n : 0);
            to.set(n, total == 0 ? 0 : arriving * weights.of(n) / total);
        }
        return gradLosses;
    }
}
