package org.llmsys.sampling.internal;

import java.util.function.DoubleSupplier;

import org.llmsys.assembly.Provider;
import org.llmsys.sampling.Sampler;
import org.osgi.service.component.annotations.Component;

/**
 * Always the likeliest token.
 *
 * <pre>
 *   id = argmax logits[v]        of equals the lowest id
 * </pre>
 *
 * <p>Safe, repeatable, and soon repeats itself.
 */
@Component
@Provider(slot = "sampler", algorithm = "greedy", name = "greedy", summary = "the likeliest token, always")
public final class GreedySampler implements Sampler {

    @Override
    public int pick(float[] logits, DoubleSupplier draws) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            if (logits[id] > logits[best]) {
                best = id;
            }
        }
        return best;
    }
}
