package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.osgi.service.component.annotations.Component;

/**
 * A sigmoid of three straight lines, for machines on which an exponential is dear.
 *
 * <pre>
 *   f(x) = 0 for x <= -3, 1 for x >= 3, else x/6 + 1/2          f'(x) = 1/6 between, else 0
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1905.02244">Howard et al. 2019, Searching for MobileNetV3, section 5.2</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "hard-sigmoid", name = "hard-sigmoid", numerics = "scalar-double",
        summary = "x / 6 + 1/2, cut off at 0 and 1",
        reference = "https://arxiv.org/abs/1905.02244")
public final class HardSigmoid extends ScalarActivation {

    @Override
    double value(double x) {
        return Math.clamp(x / 6 + 0.5, 0.0, 1.0);
    }

    @Override
    double slope(double x, double y) {
        return Math.abs(x) < 3 ? 1.0 / 6 : 0;
    }
}
