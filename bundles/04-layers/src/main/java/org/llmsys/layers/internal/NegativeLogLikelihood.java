package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Loss;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/**
 * The second half of cross-entropy, for predictions that are logarithms of probabilities already.
 *
 * <pre>
 *   loss = -logP[target]          dloss/dlogP[v] = -1 if v is the target, else 0
 * </pre>
 *
 * @see <a href="https://www.deeplearningbook.org/contents/ml.html">Goodfellow et al. 2016, Deep Learning, section 5.5</a>
 */
@Component
@Provider(slot = "loss", algorithm = "negative-log-likelihood", name = "negative-log-likelihood", numerics = "scalar-double",
        summary = "minus the right class's log-probability", reference = "https://www.deeplearningbook.org/contents/ml.html")
public final class NegativeLogLikelihood implements Loss {

    @Override
    public void forward(Tensor predictions, Tensor targets, Tensor losses) {
        Loss.requireClasses("negative log likelihood", predictions, targets, losses);
        int vocabSize = predictions.shape().intExtent(1);
        Elements logP = predictions.elements();
        Elements out = losses.elements();
        for (int n = 0; n < out.size(); n++) {
            int target = Loss.target(targets, n, vocabSize);
            out.set(n, target == LEFT_OUT ? 0 : -logP.get(n * vocabSize + target));
        }
    }

    @Override
    public void backward(Tensor predictions, Tensor targets, Tensor gradLosses, Tensor gradPredictions) {
        Loss.requireClasses("negative log likelihood backward", predictions, targets, gradLosses);
        Loss.requireGradient("negative log likelihood backward", predictions, gradPredictions);
        int vocabSize = predictions.shape().intExtent(1);
        Elements arriving = gradLosses.elements();
        Elements gradient = gradPredictions.elements();
        for (int n = 0; n < arriving.size(); n++) {
            int target = Loss.target(targets, n, vocabSize);
            if (target != LEFT_OUT) {
                gradient.add(n * vocabSize + target, -arriving.get(n));
            }
        }
    }
}
