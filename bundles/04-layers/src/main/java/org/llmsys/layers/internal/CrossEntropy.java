package org.llmsys.layers.internal;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.layers.Loss;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/**
 * How surprised the network was by the right class, in nats: 0 when it was sure of it, log(V) when it guessed evenly.
 *
 * <pre>
 *   p = softmax(logits)          loss = mean over counted rows of -log p[target]
 *   dLoss/dlogits[v] = (p[v] - (1 if v is the target, else 0)) / counted rows
 * </pre>
 *
 * <p>Softmax and logarithm in one: log p[v] = logits[v] - max - log(sum of exp(logits - max)). No logit is too large for it, and no
 * probability is rounded to 0 before its logarithm is taken. Rows with target -1 do not count; when no row counts, the loss is 0.
 *
 * @see <a href="https://www.deeplearningbook.org/contents/mlp.html">Goodfellow et al. 2016, Deep Learning, section 6.2.2</a>
 */
@Component
@Provider(slot = "loss", algorithm = "cross-entropy", name = "cross-entropy", numerics = "scalar-double",
        summary = "minus the logarithm of the right class's probability", reference = "https://www.deeplearningbook.org/contents/mlp.html")
public final class CrossEntropy implements Loss {

    private static final long LEFT_OUT = -1;

    @Override
    public double forward(Tensor predictions, Tensor targets) {
        requireFit(predictions, targets);
        int vocabSize = predictions.shape().intExtent(1);
        double sum = 0;
        for (int n = 0; n < predictions.shape().extent(0); n++) {
            int target = target(targets, n, vocabSize);
            if (target >= 0) {
                int row = predictions.floatOffset() + n * vocabSize;
                sum += logSumExp(predictions.floats(), row, vocabSize) - predictions.floats()[row + target];
            }
        }
        int counted = counted(targets);
        return counted == 0 ? 0 : sum / counted;
    }

    @Override
    public void backward(Tensor predictions, Tensor targets, float scale, Tensor gradPredictions) {
        requireFit(predictions, targets);
        if (!gradPredictions.shape().equals(predictions.shape())) {
            throw new ShapeException("cross-entropy backward", predictions.shape(), gradPredictions.shape(),
                    "the gradient has the predictions' shape");
        }
        int vocabSize = predictions.shape().intExtent(1);
        double share = (double) scale / Math.max(1, counted(targets));
        float[] logits = predictions.floats();
        float[] gradient = gradPredictions.floats();
        for (int n = 0; n < predictions.shape().extent(0); n++) {
            int target = target(targets, n, vocabSize);
            if (target < 0) {
                continue;
            }
            int row = predictions.floatOffset() + n * vocabSize;
            int into = gradPredictions.floatOffset() + n * vocabSize;
            double logSumExp = logSumExp(logits, row, vocabSize);
            for (int v = 0; v < vocabSize; v++) {
                double p = Math.exp(logits[row + v] - logSumExp);
                gradient[into + v] += (float) (share * (v == target ? p - 1 : p));
            }
        }
    }

    /** log(sum of exp(logits)): subtracting the maximum keeps exp in range and changes nothing in the result. */
    private static double logSumExp(float[] logits, int row, int vocabSize) {
        float max = Float.NEGATIVE_INFINITY;
        for (int v = 0; v < vocabSize; v++) {
            max = Math.max(max, logits[row + v]);
        }
        double sum = 0;
        for (int v = 0; v < vocabSize; v++) {
            sum += Math.exp((double) logits[row + v] - max);
        }
        return max + Math.log(sum);
    }

    private static int counted(Tensor targets) {
        int counted = 0;
        for (int n = 0; n < targets.size(); n++) {
            counted += targets.getLong(n) == LEFT_OUT ? 0 : 1;
        }
        return counted;
    }

    private static int target(Tensor targets, int n, int vocabSize) {
        long target = targets.getLong(n);
        if (target < LEFT_OUT || target >= vocabSize) {
            throw Problem.failed("target " + target + " in row " + n + " is no class", "the predictions have classes 0 to " + (vocabSize - 1),
                    "use the tokenizer that belongs to the model, and -1 for rows to leave out");
        }
        return (int) target;
    }

    private static void requireFit(Tensor predictions, Tensor targets) {
        if (predictions.shape().rank() != 2 || targets.shape().rank() != 1 || targets.shape().extent(0) != predictions.shape().extent(0)) {
            throw new ShapeException("cross-entropy", predictions.shape(), targets.shape(), "predictions (N,V) need targets (N)");
        }
    }
}
