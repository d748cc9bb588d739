package org.llmsys.training.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.Elements;
import org.llmsys.training.Optimizer;
import org.osgi.service.component.annotations.Component;

/**
 * Adam with decoupled weight decay: every weight has a step length of its own, from the mean of its gradients and of their squares.
 *
 * <pre>
 *   w = w - η λ w                                                decay, apart from the gradient
 *   w = w - η (m / (1 - β1ᵗ)) / (sqrt(v / (1 - β2ᵗ)) + ε)        m, v: the means of {@link AdamMeans}
 * </pre>
 *
 * <p>Shapes: w, g, m, v all of one shape, contiguous, F32 or F64; w, m, v change in place. η is the rule's learning rate, λ its weight
 * decay, t its step, from 1.
 *
 * <p>Example: w = 1, g = 0.5, t = 1, η = 0.1, λ = 0 gives w = 0.9, whatever the size of g.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov, Hutter 2017, Decoupled Weight Decay Regularization</a>
 */
@Component(service = Optimizer.class)
@Provider(slot = "optimizer", algorithm = "adamw", name = "adamw", summary = "Adam with decoupled weight decay",
        reference = "https://arxiv.org/abs/1711.05101")
public final class AdamW extends ElementwiseOptimizer {

    public AdamW() {
        super(AdamMeans.NAMES);
    }

    @Override
    Formula formula(Rule rule, List<Elements> memory) {
        AdamMeans means = AdamMeans.of(memory, rule);
        double keep = 1 - rule.learningRate() * rule.settings().weightDecay();
        return (i, w, g) -> keep * w - rule.learningRate() * means.direction(i, g);
    }
}
