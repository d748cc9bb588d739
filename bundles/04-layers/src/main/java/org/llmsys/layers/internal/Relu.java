package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.osgi.service.component.annotations.Component;

/**
 * Lets positive numbers pass and stops the others.
 *
 * <pre>
 *   f(x) = max(0, x)          f'(x) = 1 for x > 0, else 0
 * </pre>
 *
 * @see <a href="https://proceedings.mlr.press/v15/glorot11a.html">Glorot et al. 2011, Deep Sparse Rectifier Neural Networks</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "relu", name = "relu", numerics = "scalar-double",
        summary = "max(0, x)",
        reference = "https://proceedings.mlr.press/v15/glorot11a.html")
public final class Relu extends ScalarActivation {

    @Override
    double value(double x) {
        return Math.max(0, x);
    }

    @Override
    double slope(double x, double y) {
        return x > 0 ? 1 : 0;
    }
}
