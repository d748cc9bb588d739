package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.osgi.service.component.annotations.Component;

/**
 * Lets positive numbers pass; below 0 it bends smoothly towards -1, which keeps the mean of the results near 0.
 *
 * <pre>
 *   f(x) = x for x > 0, else exp(x) - 1          f'(x) = 1 for x > 0, else f(x) + 1
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1511.07289">Clevert, Unterthiner, Hochreiter 2015, Fast and Accurate Deep Network Learning by Exponential Linear Units</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "elu", name = "elu", numerics = "scalar-double",
        summary = "x, or exp(x) - 1 below 0",
        reference = "https://arxiv.org/abs/1511.07289")
public final class Elu extends ScalarActivation {

    @Override
    double value(double x) {
        return x > 0 ? x : Math.expm1(x);
    }

    @Override
    double slope(double x, double y) {
        return x > 0 ? 1 : Math.exp(x);
    }
}
