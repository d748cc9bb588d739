package org.llmsys.training.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.Elements;
import org.llmsys.training.Optimizer;
import org.osgi.service.component.annotations.Component;

/**
 * Stochastic gradient descent, the rule all others improve: one step length for every weight, no memory.
 *
 * <pre>
 *   w = w - η (g + λ w)
 * </pre>
 *
 * <p>Shapes: w and g of one shape, contiguous, F32 or F64; w changes in place.
 *
 * <p>Example: w = 1, g = 0.5, η = 0.1, λ = 0 gives w = 0.95.
 *
 * @see <a href="https://doi.org/10.1214/aoms/1177729586">Robbins, Monro 1951, A Stochastic Approximation Method</a>
 */
@Component(service = Optimizer.class)
@Provider(slot = "optimizer", algorithm = "sgd", name = "sgd", summary = "plain gradient descent",
        reference = "https://doi.org/10.1214/aoms/1177729586")
public final class GradientDescent extends ElementwiseOptimizer {

    public GradientDescent() {
        super();
    }

    @Override
    Formula formula(Rule rule, List<Elements> memory) {
        double decay = rule.settings().weightDecay();
        return (i, w, g) -> w - rule.learningRate() * (g + decay * w);
    }
}
