package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Loss;
import org.osgi.service.component.annotations.Component;

/**
 * How surprised a probability is by the truth, where the truth is yes (1), no (0) or something between.
 *
 * <pre>
 *   loss = mean of -(t log p + (1 - t) log(1 - p))          slope = (p - t) / (p (1 - p))
 * </pre>
 *
 * <p>A logarithm below -100 counts as -100, and p (1 - p) as at least 1e-12, as in PyTorch: a network that was sure of the wrong answer
 * gets a large loss and slope, not infinite ones. Where probabilities come from a sigmoid, {@link BinaryCrossEntropyWithLogits} is exact.
 *
 * @see <a href="https://www.deeplearningbook.org/contents/mlp.html">Goodfellow et al. 2016, Deep Learning, section 6.2.2.2</a>
 */
@Component(service = Loss.class)
@Provider(slot = "loss", algorithm = "binary-cross-entropy", name = "binary-cross-entropy", numerics = "scalar-double",
        summary = "cross-entropy of yes and no, from probabilities", reference = "https://www.deeplearningbook.org/contents/mlp.html")
public final class BinaryCrossEntropy extends ScalarLoss {

    private static final double LOWEST_LOGARITHM = -100;
    private static final double SMALLEST = 1e-12;

    @Override
    double value(double prediction, double target) {
        return -(target * log(prediction) + (1 - target) * log(1 - prediction));
    }

    @Override
    double slope(double prediction, double target) {
        return (prediction - target) / Math.max(prediction * (1 - prediction), SMALLEST);
    }

    private static double log(double probability) {
        return Math.max(LOWEST_LOGARITHM, Math.log(probability));
    }
}
