package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.llmsys.tensor.ErrorFunction;
import org.osgi.service.component.annotations.Component;

/**
 * The number, times the probability that a standard normal draw is below it.
 *
 * <pre>
 *   f(x) = x * Φ(x)          f'(x) = Φ(x) + x * φ(x)
 *   Φ(x) = erfc(-x / sqrt(2)) / 2          φ(x) = exp(-x² / 2) / sqrt(2π)
 * </pre>
 *
 * <p>Written with erfc instead of 1 + erf, the left tail keeps its digits: f(-6) is -5.9e-9, not 0.
 *
 * @see <a href="https://arxiv.org/abs/1606.08415">Hendrycks, Gimpel 2016, Gaussian Error Linear Units</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "gelu", name = "gelu", numerics = "scalar-double",
        summary = "x * Phi(x), exact by the error function",
        reference = "https://arxiv.org/abs/1606.08415")
public final class Gelu extends ScalarActivation {

    private static final double INVERSE_SQRT_2 = 1 / Math.sqrt(2);
    private static final double INVERSE_SQRT_2_PI = 1 / Math.sqrt(2 * Math.PI);

    @Override
    double value(double x) {
        return x * normalBelow(x);
    }

    @Override
    double slope(double x, double y) {
        return normalBelow(x) + x * INVERSE_SQRT_2_PI * Math.exp(-0.5 * x * x);
    }

    private static double normalBelow(double x) {
        return 0.5 * ErrorFunction.erfc(-x * INVERSE_SQRT_2);
    }
}
