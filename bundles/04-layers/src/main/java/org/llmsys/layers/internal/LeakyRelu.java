package org.llmsys.layers.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.layers.Activation;
import org.osgi.service.component.annotations.Component;

/**
 * Lets positive numbers pass and a hundredth of the others, so that no unit is ever without a slope.
 *
 * <pre>
 *   f(x) = x for x > 0, else 0.01 x          f'(x) = 1 for x > 0, else 0.01
 * </pre>
 *
 * @see <a href="https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf">Maas, Hannun, Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models</a>
 */
@Component(service = Activation.class)
@Provider(slot = "activation", algorithm = "leaky-relu", name = "leaky-relu", numerics = "scalar-double",
        summary = "x, or x / 100 below 0",
        reference = "https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf")
public final class LeakyRelu extends ScalarActivation {

    private static final double LEAK = 0.01;

    @Override
    double value(double x) {
        return x > 0 ? x : LEAK * x;
    }

    @Override
    double slope(double x, double y) {
        return x > 0 ? 1 : LEAK;
    }
}
