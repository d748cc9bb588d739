package org.llmsys.vector.layers;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Loss;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.Chunks;
import org.llmsys.vector.arithmetic.Row;
import org.llmsys.vector.arithmetic.VectorFunctions;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Cross-entropy from logits, rows in parallel, a register of classes at a time.
 *
 * <pre>
 *   loss = log(sum of exp(logits - max)) + max - logits[target]
 *   dloss/dlogits[v] = exp(logits[v] - max) / sum - (1 if v is the target, else 0)
 * </pre>
 *
 * @see <a href="https://www.deeplearningbook.org/contents/mlp.html">Goodfellow et al. 2016, Deep Learning, section 6.2.2</a>
 */
@Component(property = "service.ranking:Integer=50")
@Provider(slot = "loss", algorithm = "cross-entropy", name = "cross-entropy-vector", summary = "softmax and logarithm in one, in registers",
        reference = "https://www.deeplearningbook.org/contents/mlp.html")
public final class VectorCrossEntropy implements Loss {

    private final WorkerPool pool;

    @Activate
    public VectorCrossEntropy(@Reference WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public void forward(Tensor predictions, Tensor targets, Tensor losses) {
        Loss.requireClasses("cross-entropy", predictions, targets, losses);
        int vocabSize = predictions.shape().intExtent(1);
        float[] logits = predictions.floats();
        float[] out = losses.floats();
        Chunks.run(pool, losses.shape().intExtent(0), Chunks.rows(vocabSize), (from, to) -> {
            for (int n = from; n < to; n++) {
                int target = Loss.target(targets, n, vocabSize);
                int row = predictions.floatOffset() + n * vocabSize;
                out[losses.floatOffset() + n] = target == LEFT_OUT ? 0 : loss(logits, row, vocabSize, logits[row + target]);
            }
        });
    }

    private static float loss(float[] logits, int row, int vocabSize, float wanted) {
        float max = Row.max(logits, row, vocabSize);
        return max == Float.NEGATIVE_INFINITY ? Float.POSITIVE_INFINITY
                : (float) (Math.log(Row.sumOfExp(logits, row, vocabSize, max)) + max - wanted);
    }

    @Override
    public void backward(Tensor predictions, Tensor targets, Tensor gradLosses, Tensor gradPredictions) {
        Loss.requireClasses("cross-entropy backward", predictions, targets, gradLosses);
        Loss.requireGradient("cross-entropy backward", predictions, gradPredictions);
        int vocabSize = predictions.shape().intExtent(1);
        float[] logits = predictions.floats();
        float[] arriving = gradLosses.floats();
        float[] gradient = gradPredictions.floats();
        Chunks.run(pool, gradLosses.shape().intExtent(0), Chunks.rows(vocabSize), (from, to) -> {
            for (int n = from; n < to; n++) {
                int target = Loss.target(targets, n, vocabSize);
                if (target != LEFT_OUT) {
                    float share = arriving[gradLosses.floatOffset() + n];
                    int into = gradPredictions.floatOffset() + n * vocabSize;
                    addProbabilities(logits, predictions.floatOffset() + n * vocabSize, vocabSize, share, gradient, into);
                    gradient[into + target] -= share;
                }
            }
        });
    }

    /** y += share * softmax(x). */
    private static void addProbabilities(float[] x, int at, int size, float share, float[] y, int into) {
        float max = Row.max(x, at, size);
        if (max == Float.NEGATIVE_INFINITY) {
            return;                                                                       // every probability is 0
        }
        FloatVector factor = FloatVector.broadcast(SPECIES, share / Row.sumOfExp(x, at, size, max));
        for (int i = 0; i < size; i += SPECIES.length()) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, size);
            VectorFunctions.exp(FloatVector.fromArray(SPECIES, x, at + i, rest).sub(max)).fma(factor, FloatVector.fromArray(SPECIES, y, into + i, rest))
                    .intoArray(y, into + i, rest);
        }
    }
}
