package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Loss;
import org.osgi.service.component.annotations.Component;

/**
 * Binary cross-entropy of sigmoid(x), in one: no logit is too large, and no probability is rounded to 0 or 1 before its logarithm is taken.
 *
 * <pre>
 *   loss = mean of -(t log s + (1 - t) log(1 - s)) = mean of max(x, 0) - x t + log(1 + exp(-|x|)),   s = sigmoid(x)
 *   slope = s - t
 * </pre>
 *
 * @see <a href="https://www.deeplearningbook.org/contents/mlp.html">Goodfellow et al. 2016, Deep Learning, section 6.2.2.2</a>
 */
@Component(service = Loss.class)
@Provider(slot = "loss", algorithm = "binary-cross-entropy-with-logits", name = "binary-cross-entropy-with-logits", numerics = "scalar-double",
        summary = "cross-entropy of yes and no, from logits", reference = "https://www.deeplearningbook.org/contents/mlp.html")
public final class BinaryCrossEntropyWithLogits extends ScalarLoss {

    @Override
    double value(double prediction, double target) {
        return Math.max(prediction, 0) - prediction * target + Math.log1p(Math.exp(-Math.abs(prediction)));
    }

    @Override
    double slope(double prediction, double target) {
        return 1 / (1 + Math.exp(-prediction)) - target;
    }
}
