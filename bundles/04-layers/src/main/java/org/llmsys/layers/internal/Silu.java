package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.osgi.service.component.annotations.Component;

/**
 * The number, gated by its own sigmoid; also called swish. Llama's activation.
 *
 * <pre>
 *   f(x) = x * s,  s = 1 / (1 + exp(-x))          f'(x) = s + f(x) * (1 - s)
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1702.03118">Elfwing et al. 2017, Sigmoid-Weighted Linear Units</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "silu", name = "silu", numerics = "scalar-double",
        summary = "x * sigmoid(x), also called swish",
        reference = "https://arxiv.org/abs/1702.03118")
public final class Silu extends ScalarActivation {

    @Override
    double value(double x) {
        return x / (1 + Math.exp(-x));
    }

    @Override
    double slope(double x, double y) {
        double s = 1 / (1 + Math.exp(-x));
        return s + y * (1 - s);
    }
}
