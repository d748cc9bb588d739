package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.osgi.service.component.annotations.Component;

/**
 * A ReLU with a rounded corner; its slope is the sigmoid.
 *
 * <pre>
 *   f(x) = log(1 + exp(x))          f'(x) = 1 / (1 + exp(-x))
 * </pre>
 *
 * <p>Computed as max(x, 0) + log(1 + exp(-|x|)): the exponential cannot overflow.
 *
 * @see <a href="https://papers.nips.cc/paper/2000/hash/44968aece94f667e4095002d140b5896-Abstract.html">Dugas et al. 2000, Incorporating Second-Order Functional Knowledge for Better Option Pricing</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "softplus", name = "softplus", numerics = "scalar-double",
        summary = "log(1 + exp(x))",
        reference = "https://papers.nips.cc/paper/2000/hash/44968aece94f667e4095002d140b5896-Abstract.html")
public final class Softplus extends ScalarActivation {

    @Override
    double value(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    @Override
    double slope(double x, double y) {
        return 1 / (1 + Math.exp(-x));
    }
}
