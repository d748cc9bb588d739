package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.osgi.service.component.annotations.Component;

/**
 * Squeezes all numbers between -1 and 1.
 *
 * <pre>
 *   f(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x))          f'(x) = 1 - f(x)²
 * </pre>
 *
 * @see <a href="http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf">LeCun et al. 1998, Efficient BackProp, section 4.4</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "tanh", name = "tanh", numerics = "scalar-double",
        summary = "hyperbolic tangent, between -1 and 1",
        reference = "LeCun et al. 1998, Efficient BackProp")
public final class HyperbolicTangent extends ScalarActivation {

    @Override
    double value(double x) {
        return Math.tanh(x);
    }

    @Override
    double slope(double x, double y) {
        return 1 - y * y;
    }
}
