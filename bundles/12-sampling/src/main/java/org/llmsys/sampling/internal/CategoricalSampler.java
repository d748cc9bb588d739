package org.llmsys.sampling.internal;

import java.util.function.DoubleSupplier;

import org.llmsys.assembly.Provider;
import org.llmsys.sampling.Sampler;
import org.osgi.service.component.annotations.Component;

/**
 * Draws a token with the probability the model gives it.
 *
 * <pre>
 *   p = softmax(logits);   id = the first with  p_0 + ... + p_id &gt; u,   u uniform in [0, 1)
 * </pre>
 *
 * <p>One draw a token; sums in double, ids ascending, so the same draw always picks the same token.
 */
@Component(property = "service.ranking:Integer=10")
@Provider(slot = "sampler", algorithm = "categorical", name = "categorical", summary = "draws from the distribution")
public final class CategoricalSampler implements Sampler {

    @Override
    public int pick(float[] logits, DoubleSupplier draws) {
        double[] p = Softmax.of(logits);                                           // (V)
        double u = draws.getAsDouble();
        double reached = 0;
        int last = 0;
        for (int id = 0; id < p.length; id++) {
            if (p[id] > 0) {
                reached += p[id];
                last = id;
                if (reached > u) {
                    return id;
                }
            }
        }
        return last;                                       // rounding left the sum a hair below u
    }
}
