package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.osgi.service.component.annotations.Component;

/**
 * The number, gated by its own hard sigmoid: SiLU without an exponential.
 *
 * <pre>
 *   f(x) = x * h(x),  h(x) = x/6 + 1/2, cut off at 0 and 1          f'(x) = h(x) + x * h'(x)
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1905.02244">Howard et al. 2019, Searching for MobileNetV3, section 5.2</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "hard-swish", name = "hard-swish", numerics = "scalar-double",
        summary = "x * hard-sigmoid(x)",
        reference = "https://arxiv.org/abs/1905.02244")
public final class HardSwish extends ScalarActivation {

    @Override
    double value(double x) {
        return x * Math.clamp(x / 6 + 0.5, 0.0, 1.0);
    }

    @Override
    double slope(double x, double y) {
        return Math.abs(x) < 3 ? x / 3 + 0.5 : x > 0 ? 1 : 0;
    }
}
