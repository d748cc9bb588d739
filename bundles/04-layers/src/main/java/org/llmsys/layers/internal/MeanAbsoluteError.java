package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Loss;
import org.osgi.service.component.annotations.Component;

/**
 * How far numbers are from the right ones; twice as far is twice as bad, so a few outliers do not decide. Also called L1.
 *
 * <pre>
 *   loss = mean of |prediction - target|          slope = sign(prediction - target), 0 where they are equal
 * </pre>
 *
 * @see <a href="https://www.deeplearningbook.org/contents/mlp.html">Goodfellow et al. 2016, Deep Learning, section 6.2.1.2</a>
 */
@Component(service = Loss.class)
@Provider(slot = "loss", algorithm = "mean-absolute-error", name = "mean-absolute-error", numerics = "scalar-double",
        summary = "mean of the absolute differences, also called L1", reference = "https://www.deeplearningbook.org/contents/mlp.html")
public final class MeanAbsoluteError extends ScalarLoss {

    @Override
    double value(double prediction, double target) {
        return Math.abs(prediction - target);
    }

    @Override
    double slope(double prediction, double target) {
        return Math.signum(prediction - target);
    }
}
