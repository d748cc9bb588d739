package org.llmsys.training.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.Elements;
import org.llmsys.training.Optimizer;
import org.osgi.service.component.annotations.Component;

/**
 * Adam as it was first written: weight decay is a part of the gradient (L2), so a weight whose gradients are large decays less.
 *
 * <pre>
 *   g = g + λ w
 *   w = w - η (m / (1 - β1ᵗ)) / (sqrt(v / (1 - β2ᵗ)) + ε)        m, v: the means of {@link AdamMeans}
 * </pre>
 *
 * <p>Shapes: w, g, m, v all of one shape, contiguous, F32 or F64; w, m, v change in place.
 *
 * <p>Example: w = 1, g = 0, t = 1, η = 0.1 stays 1 with λ = 0 and becomes 0.9 with any other λ.
 *
 * @see <a href="https://arxiv.org/abs/1412.6980">Kingma, Ba 2014, Adam: A Method for Stochastic Optimization</a>
 */
@Component(service = Optimizer.class)
@Provider(slot = "optimizer", algorithm = "adam", name = "adam", summary = "a step length for each weight; decay through the gradient",
        reference = "https://arxiv.org/abs/1412.6980")
public final class Adam extends ElementwiseOptimizer {

    public Adam() {
        super(AdamMeans.NAMES);
    }

    @Override
    Formula formula(Rule rule, List<Elements> memory) {
        AdamMeans means = AdamMeans.of(memory, rule);
        double decay = rule.settings().weightDecay();
        return (i, w, g) -> w - rule.learningRate() * means.direction(i, g + decay * w);
    }
}
