package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.osgi.service.component.annotations.Component;

/**
 * Squeezes all numbers between 0 and 1: a probability, or a gate that is more or less open.
 *
 * <pre>
 *   f(x) = 1 / (1 + exp(-x))          f'(x) = f(x) * (1 - f(x))
 * </pre>
 *
 * @see <a href="https://doi.org/10.1038/323533a0">Rumelhart, Hinton, Williams 1986, Learning Representations by Back-propagating Errors</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "sigmoid", name = "sigmoid", numerics = "scalar-double",
        summary = "logistic function, between 0 and 1",
        reference = "https://doi.org/10.1038/323533a0")
public final class Sigmoid extends ScalarActivation {

    @Override
    double value(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Override
    double slope(double x, double y) {
        return y * (1 - y);
    }
}
