package org.llmsys.vector.layers;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.layers.Loss;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.Chunks;
import org.llmsys.vector.arithmetic.VectorFunctions;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Cross-entropy from logits, rows in parallel, a register of classes at a time.
 *
 * <pre>
 *   loss = mean over counted rows of log(sum of exp(logits - max)) + max - logits[target]
 *   dLoss/dlogits[v] = (exp(logits[v] - max) / sum - (1 if v is the target, else 0)) / counted rows
 * </pre>
 *
 * <p>Rows are computed in any order and added from first to last, in double. Rows with target -1 do not count.
 *
 * @see <a href="https://www.deeplearningbook.org/contents/mlp.html">Goodfellow et al. 2016, Deep Learning, section 6.2.2</a>
 */
@Component(property = "service.ranking:Integer=50")
@Provider(slot = "loss", algorithm = "cross-entropy", name = "cross-entropy-vector", summary = "softmax and logarithm in one, in registers",
        reference = "https://www.deeplearningbook.org/contents/mlp.html")
public final class VectorCrossEntropy implements Loss {

    private static final int LANES = SPECIES.length();
    private static final int LEFT_OUT = -1;

    private final WorkerPool pool;

    @Activate
    public VectorCrossEntropy(@Reference WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public double forward(Tensor predictions, Tensor targets) {
        int[] classes = classes(predictions, targets);                                    // (N)
        int vocabSize = predictions.shape().intExtent(1);
        float[] logits = predictions.floats();
        double[] losses = new double[classes.length];                                     // (N)
        Chunks.run(pool, classes.length, Chunks.rows(vocabSize), (from, to) -> {
            for (int n = from; n < to; n++) {
                if (classes[n] != LEFT_OUT) {
                    int row = predictions.floatOffset() + n * vocabSize;
                    float max = max(logits, row, vocabSize);
                    losses[n] = Math.log(sumOfExp(logits, row, vocabSize, max)) + max - logits[row + classes[n]];
                }
            }
        });
        double sum = 0;
        for (double loss : losses) {
            sum += loss;
        }
        int counted = counted(classes);
        return counted == 0 ? 0 : sum / counted;
    }

    @Override
    public void backward(Tensor predictions, Tensor targets, float scale, Tensor gradPredictions) {
        int[] classes = classes(predictions, targets);
        if (!gradPredictions.shape().equals(predictions.shape())) {
            throw new ShapeException("cross-entropy backward", predictions.shape(), gradPredictions.shape(), "the gradient has the predictions' shape");
        }
        int vocabSize = predictions.shape().intExtent(1);
        float[] logits = predictions.floats();
        float[] gradient = gradPredictions.floats();
        float share = scale / Math.max(1, counted(classes));
        Chunks.run(pool, classes.length, Chunks.rows(vocabSize), (from, to) -> {
            for (int n = from; n < to; n++) {
                if (classes[n] != LEFT_OUT) {
                    int row = predictions.floatOffset() + n * vocabSize;
                    int into = gradPredictions.floatOffset() + n * vocabSize;
                    float max = max(logits, row, vocabSize);
                    addScaledExp(logits, row, vocabSize, max, share / sumOfExp(logits, row, vocabSize, max), gradient, into);
                    gradient[into + classes[n]] -= share;
                }
            }
        });
    }

    private static float max(float[] x, int at, int size) {
        FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            max = max.max(FloatVector.fromArray(SPECIES, x, at + i));
        }
        float largest = max.reduceLanes(VectorOperators.MAX);                             // the same in any order
        for (; i < size; i++) {
            largest = Math.max(largest, x[at + i]);
        }
        return largest;
    }

    private static float sumOfExp(float[] x, int at, int size, float max) {
        FloatVector sums = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            sums = sums.add(VectorFunctions.exp(FloatVector.fromArray(SPECIES, x, at + i).sub(max)));
        }
        if (i < size) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, size);
            FloatVector exp = VectorFunctions.exp(FloatVector.fromArray(SPECIES, x, at + i, rest).sub(max));
            sums = sums.add(FloatVector.zero(SPECIES).blend(exp, rest));
        }
        return VectorFunctions.sum(sums);
    }

    /** y += factor * exp(x - max). */
    private static void addScaledExp(float[] x, int at, int size, float max, float factor, float[] y, int into) {
        FloatVector factors = FloatVector.broadcast(SPECIES, factor);
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            VectorFunctions.exp(FloatVector.fromArray(SPECIES, x, at + i).sub(max)).fma(factors, FloatVector.fromArray(SPECIES, y, into + i))
                    .intoArray(y, into + i);
        }
        if (i < size) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, size);
            VectorFunctions.exp(FloatVector.fromArray(SPECIES, x, at + i, rest).sub(max)).fma(factors, FloatVector.fromArray(SPECIES, y, into + i, rest))
                    .intoArray(y, into + i, rest);
        }
    }

    private static int counted(int[] classes) {
        int counted = 0;
        for (int target : classes) {
            counted += target == LEFT_OUT ? 0 : 1;
        }
        return counted;
    }

    /** The targets, checked. */
    private static int[] classes(Tensor predictions, Tensor targets) {
        if (predictions.shape().rank() != 2 || targets.shape().rank() != 1 || targets.shape().extent(0) != predictions.shape().extent(0)) {
            throw new ShapeException("cross-entropy", predictions.shape(), targets.shape(), "predictions (N,V) need targets (N)");
        }
        int vocabSize = predictions.shape().intExtent(1);
        int[] classes = new int[targets.shape().intExtent(0)];
        for (int n = 0; n < classes.length; n++) {
            long target = targets.getLong(n);
            if (target < LEFT_OUT || target >= vocabSize) {
                throw Problem.failed("target " + target + " in row " + n + " is no class", "the predictions have classes 0 to " + (vocabSize - 1),
                        "use the tokenizer that belongs to the model, and -1 for rows to leave out");
            }
            classes[n] = (int) target;
        }
        return classes;
    }
}
