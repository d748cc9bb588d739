package org.llmsys.training.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.Elements;
import org.llmsys.training.Optimizer;
import org.osgi.service.component.annotations.Component;

/**
 * Gradient descent whose steps shrink where gradients have been large: rare features keep a long step.
 *
 * <pre>
 *   g = g + λ w
 *   h = h + g²                     all squares so far
 *   w = w - η g / (sqrt(h) + ε)
 * </pre>
 *
 * <p>Shapes: w, g, h all of one shape, contiguous, F32 or F64; w and h change in place.
 *
 * <p>Example: η = 0.1, g = 3, then 4: w = 1 becomes 0.9, then 0.82.
 *
 * @see <a href="https://jmlr.org/papers/v12/duchi11a.html">Duchi, Hazan, Singer 2011, Adaptive Subgradient Methods</a>
 */
@Component(service = Optimizer.class)
@Provider(slot = "optimizer", algorithm = "adagrad", name = "adagrad", summary = "steps that shrink where gradients have been large",
        reference = "https://jmlr.org/papers/v12/duchi11a.html")
public final class Adagrad extends ElementwiseOptimizer {

    public Adagrad() {
        super("h");
    }

    @Override
    Formula formula(Rule rule, List<Elements> memory) {
        Elements h = memory.get(0);
        return (i, w, g) -> {
            double gradient = g + rule.settings().weightDecay() * w;
            h.add(i, gradient * gradient);
            return w - rule.learningRate() * gradient / (Math.sqrt(h.get(i)) + rule.settings().eps());
        };
    }
}
