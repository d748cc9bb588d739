package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Loss;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/**
 * How surprised the network was by the right class, in nats: 0 when it was sure of it, log(V) when it guessed evenly.
 *
 * <pre>
 *   p = softmax(logits)          loss = -log p[target]
 *   dloss/dlogits[v] = p[v] - (1 if v is the target, else 0)
 * </pre>
 *
 * <p>Softmax and logarithm in one: log p[v] = logits[v] - max - log(sum of exp(logits - max)). No logit is too large for it, and no
 * probability is rounded to 0 before its logarithm is taken.
 *
 * @see <a href="https://www.deeplearningbook.org/contents/mlp.html">Goodfellow et al. 2016, Deep Learning, section 6.2.2</a>
 */
@Component
@Provider(slot = "loss", algorithm = "cross-entropy", name = "cross-entropy", numerics = "scalar-double",
        summary = "minus the logarithm of the right class's probability", reference = "https://www.deeplearningbook.org/contents/mlp.html")
public final class CrossEntropy implements Loss {

    @Override
    public void forward(Tensor predictions, Tensor targets, Tensor losses) {
        Loss.requireClasses("cross-entropy", predictions, targets, losses);
        int vocabSize = predictions.shape().intExtent(1);
        Elements logits = predictions.elements();
        Elements out = losses.elements();
        for (int n = 0; n < out.size(); n++) {
            int target = Loss.target(targets, n, vocabSize);
            int row = n * vocabSize;
            out.set(n, target == LEFT_OUT ? 0 : ShiftedSum.of(logits, row, vocabSize).surprise(logits.get(row + target)));
        }
    }

    @Override
    public void backward(Tensor predictions, Tensor targets, Tensor gradLosses, Tensor gradPredictions) {
        Loss.requireClasses("cross-entropy backward", predictions, targets, gradLosses);
        Loss.requireGradient("cross-entropy backward", predictions, gradPredictions);
        int vocabSize = predictions.shape().intExtent(1);
        Elements logits = predictions.elements();
        Elements arriving = gradLosses.elements();
        Elements gradient = gradPredictions.elements();
        for (int n = 0; n < arriving.size(); n++) {
            int target = Loss.target(targets, n, vocabSize);
            int row = n * vocabSize;
            if (target == LEFT_OUT) {
                continue;
            }
            ShiftedSum sum = ShiftedSum.of(logits, row, vocabSize);
            for (int v = 0; v < vocabSize; v++) {
                double p = sum.probability(logits.get(row + v));
                gradient.add(row + v, arriving.get(n) * (v == target ? p - 1 : p));
            }
        }
    }
}
