package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Loss;
import org.osgi.service.component.annotations.Component;

/**
 * How far numbers are from the right ones; twice as far is four times as bad.
 *
 * <pre>
 *   loss = mean of (prediction - target)²          slope = 2 * (prediction - target)
 * </pre>
 *
 * @see <a href="https://www.deeplearningbook.org/contents/ml.html">Goodfellow et al. 2016, Deep Learning, section 5.1.4</a>
 */
@Component(service = Loss.class)
@Provider(slot = "loss", algorithm = "mean-squared-error", name = "mean-squared-error", numerics = "scalar-double",
        summary = "mean of the squared differences", reference = "https://www.deeplearningbook.org/contents/ml.html")
public final class MeanSquaredError extends ScalarLoss {

    @Override
    double value(double prediction, double target) {
        return (prediction - target) * (prediction - target);
    }

    @Override
    double slope(double prediction, double target) {
        return 2 * (prediction - target);
    }
}
