package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.osgi.service.component.annotations.Component;

/**
 * The number, gated by the tanh of its softplus: close to SiLU, a little smoother.
 *
 * <pre>
 *   f(x) = x * t,  t = tanh(p),  p = log(1 + exp(x))          f'(x) = t + x * (1 - t²) * s,  s = 1 / (1 + exp(-x))
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1908.08681">Misra 2019, Mish: A Self Regularized Non-Monotonic Activation Function</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "mish", name = "mish", numerics = "scalar-double",
        summary = "x * tanh(softplus(x))",
        reference = "https://arxiv.org/abs/1908.08681")
public final class Mish extends ScalarActivation {

    @Override
    double value(double x) {
        return x * tanhOfSoftplus(x);
    }

    @Override
    double slope(double x, double y) {
        double t = tanhOfSoftplus(x);
        return t + x * (1 - t * t) / (1 + Math.exp(-x));
    }

    private static double tanhOfSoftplus(double x) {
        return Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
    }
}
