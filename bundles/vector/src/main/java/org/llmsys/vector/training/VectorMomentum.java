package org.llmsys.vector.training;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Optimizer;
import org.llmsys.vector.arithmetic.Chunks;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import jdk.incubator.vector.FloatVector;

/**
 * Gradient descent with momentum, a register at a time.
 *
 * <pre>
 *   g = g + λ w          s = μ s + fresh g          w = w - (η ahead) s - (η now) g
 * </pre>
 *
 * <p>{@code fresh} is 1 at the first step and 1 - τ later. Without Nesterov's look ahead {@code ahead} is 1 and {@code now} 0; with it
 * {@code ahead} is μ and {@code now} 1. Every operation is rounded to F32 once, in registers and in the tail alike.
 *
 * @see <a href="https://proceedings.mlr.press/v28/sutskever13.html">Sutskever et al. 2013, On the Importance of Initialization and Momentum
 *      in Deep Learning</a>
 */
@Component(property = "service.ranking:Integer=50")
@Provider(slot = "optimizer", algorithm = "momentum", name = "momentum-vector", summary = "momentum in registers, over all threads",
        reference = "https://proceedings.mlr.press/v28/sutskever13.html")
public final class VectorMomentum implements Optimizer {

    private static final int LANES = SPECIES.length();

    private final WorkerPool pool;

    @Activate
    public VectorMomentum(@Reference WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public List<String> memory() {
        return List.of("speed");
    }

    @Override
    public void update(Tensor weight, Tensor gradient, List<Tensor> memory, Rule rule) {
        requireFit(weight, gradient, memory);
        Tensor speed = memory.get(0);
        Coefficients coefficients = Coefficients.of(rule);
        Chunks.run(pool, Math.toIntExact(weight.size()), Chunks.ELEMENTS, (from, to) -> update(
                weight.floats(), weight.floatOffset() + from, gradient.floats(), gradient.floatOffset() + from,
                speed.floats(), speed.floatOffset() + from, to - from, coefficients));
    }

    /** A rule's numbers as the loop uses them; {@code ahead} and {@code now} with the learning rate in them. */
    private record Coefficients(float decay, float momentum, float fresh, float ahead, float now) {

        static Coefficients of(Rule rule) {
            double momentum = rule.settings().momentum();
            boolean nesterov = rule.settings().nesterov();
            return new Coefficients((float) rule.settings().weightDecay(), (float) momentum,
                    (float) (rule.step() == 1 ? 1 : 1 - rule.settings().dampening()),
                    (float) (rule.learningRate() * (nesterov ? momentum : 1)), (float) (nesterov ? rule.learningRate() : 0));
        }
    }

    private static void update(float[] w, int atW, float[] g, int atG, float[] s, int atS, int size, Coefficients c) {
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            FloatVector wi = FloatVector.fromArray(SPECIES, w, atW + i);
            FloatVector gi = wi.mul(c.decay).add(FloatVector.fromArray(SPECIES, g, atG + i));
            FloatVector si = FloatVector.fromArray(SPECIES, s, atS + i).mul(c.momentum).add(gi.mul(c.fresh));
            si.intoArray(s, atS + i);
            wi.sub(si.mul(c.ahead).add(gi.mul(c.now))).intoArray(w, atW + i);
        }
        for (; i < size; i++) {
            float gi = w[atW + i] * c.decay + g[atG + i];
            float si = s[atS + i] * c.momentum + gi * c.fresh;
            s[atS + i] = si;
            w[atW + i] = w[atW + i] - (si * c.ahead + gi * c.now);
        }
    }
}
