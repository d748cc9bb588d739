package org.llmsys.training.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.Optimizer;
import org.osgi.service.component.annotations.Component;

/**
 * Stochastic gradient descent, the rule all others improve: one step length for every weight, no memory.
 *
 * <pre>
 *   w = w - η λ w - η g
 * </pre>
 *
 * <p>Shapes: w and g of one shape, contiguous F32 on the heap; w changes in place.
 *
 * <p>Example: w = 1, g = 0.5, η = 0.1, λ = 0 gives w = 0.95.
 *
 * @see <a href="https://doi.org/10.1214/aoms/1177729586">Robbins, Monro 1951, A Stochastic Approximation Method</a>
 */
@Component
@Provider(slot = "optimizer", algorithm = "sgd", name = "sgd", summary = "plain gradient descent",
        reference = "https://doi.org/10.1214/aoms/1177729586")
public final class GradientDescent implements Optimizer {

    @Override
    public List<String> memory() {
        return List.of();
    }

    @Override
    public void update(Tensor weight, Tensor gradient, List<Tensor> memory, Rule rule) {
        float[] w = weight.floats();
        float[] g = gradient.floats();
        int atW = weight.floatOffset();
        int atG = gradient.floatOffset();
        float keep = (float) (1 - rule.learningRate() * rule.weightDecay());
        float rate = (float) rule.learningRate();
        for (int i = 0; i < weight.size(); i++) {
            w[atW + i] = keep * w[atW + i] - rate * g[atG + i];
        }
    }
}
