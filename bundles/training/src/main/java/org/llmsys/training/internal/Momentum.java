package org.llmsys.training.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.Elements;
import org.llmsys.training.OptimizerSettings;
import org.llmsys.training.Optimizer;
import org.osgi.service.component.annotations.Component;

/**
 * Gradient descent with momentum: a weight keeps a part of its speed, so it runs along a valley instead of bouncing between its walls.
 *
 * <pre>
 *   g = g + λ w
 *   s = μ s + (1 - τ) g            at the first step s = g, so that the speed does not begin too small
 *   w = w - η s                    or, with Nesterov's look ahead:  w = w - η (g + μ s)
 * </pre>
 *
 * <p>Shapes: w, g, s all of one shape, contiguous, F32 or F64; w and s change in place. μ is the momentum, τ the dampening.
 *
 * <p>Example: η = 0.1, μ = 0.9, g = 1 twice: w = 1 becomes 0.9, then 0.71.
 *
 * @see <a href="https://proceedings.mlr.press/v28/sutskever13.html">Sutskever et al. 2013, On the Importance of Initialization and Momentum
 *      in Deep Learning</a>
 */
@Component(service = Optimizer.class)
@Provider(slot = "optimizer", algorithm = "momentum", name = "momentum", summary = "gradient descent that keeps a part of its speed, Nesterov's too",
        reference = "https://proceedings.mlr.press/v28/sutskever13.html")
public final class Momentum extends ElementwiseOptimizer {

    public Momentum() {
        super("speed");
    }

    @Override
    Formula formula(Rule rule, List<Elements> memory) {
        Elements speed = memory.get(0);
        OptimizerSettings settings = rule.settings();
        double fresh = rule.step() == 1 ? 1 : 1 - settings.dampening();
        return (i, w, g) -> {
            double gradient = g + settings.weightDecay() * w;
            speed.set(i, settings.momentum() * speed.get(i) + fresh * gradient);
            return w - rule.learningRate() * (settings.nesterov() ? gradient + settings.momentum() * speed.get(i) : speed.get(i));
        };
    }
}
