package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.osgi.service.component.annotations.Component;

/**
 * GELU with its normal distribution approximated by a sigmoid; CLIP's activation.
 *
 * <pre>
 *   f(x) = x * s,  s = 1 / (1 + exp(-1.702 x))          f'(x) = s + 1.702 f(x) * (1 - s)
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1606.08415">Hendrycks, Gimpel 2016, Gaussian Error Linear Units, section 2</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "quick-gelu", name = "quick-gelu", numerics = "scalar-double",
        summary = "x * sigmoid(1.702 x), an approximation of GELU",
        reference = "https://arxiv.org/abs/1606.08415")
public final class QuickGelu extends ScalarActivation {

    private static final double STEEPNESS = 1.702;

    @Override
    double value(double x) {
        return x / (1 + Math.exp(-STEEPNESS * x));
    }

    @Override
    double slope(double x, double y) {
        double s = 1 / (1 + Math.exp(-STEEPNESS * x));
        return s + STEEPNESS * y * (1 - s);
    }
}
