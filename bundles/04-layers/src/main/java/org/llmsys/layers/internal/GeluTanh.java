package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.osgi.service.component.annotations.Component;

/**
 * GELU with its normal distribution approximated by a tanh, as GPT-2 was trained with.
 *
 * <pre>
 *   f(x) = x/2 * (1 + t),  t = tanh(u),  u = sqrt(2/π) * (x + 0.044715 x³)
 *   f'(x) = (1 + t)/2 + x/2 * (1 - t²) * u',  u' = sqrt(2/π) * (1 + 3 * 0.044715 x²)
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1606.08415">Hendrycks, Gimpel 2016, Gaussian Error Linear Units, section 2</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "gelu-tanh", name = "gelu-tanh", numerics = "scalar-double",
        summary = "GELU approximated with tanh (GPT-2)",
        reference = "https://arxiv.org/abs/1606.08415")
public final class GeluTanh extends ScalarActivation {

    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;

    @Override
    double value(double x) {
        return 0.5 * x * (1 + tanh(x));
    }

    @Override
    double slope(double x, double y) {
        double t = tanh(x);
        double slopeOfU = SQRT_2_OVER_PI * (1 + 3 * CUBIC * x * x);
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slopeOfU;
    }

    private static double tanh(double x) {
        return Math.tanh(SQRT_2_OVER_PI * (x + CUBIC * x * x * x));
    }
}
