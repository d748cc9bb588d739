package org.llmsys.sampling.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.osgi.service.component.annotations.Component;

/**
 * Makes the distribution sharper (below 1) or flatter (above 1).
 *
 * <pre>
 *   logits[v] = logits[v] / t          t = 0: only the likeliest token stays
 * </pre>
 *
 * @see <a href="https://doi.org/10.1016/S0364-0213(85)80012-4">Ackley, Hinton, Sejnowski 1985, A Learning Algorithm for Boltzmann Machines</a>
 */
@Component
@Provider(slot = "filter", algorithm = "temperature", name = "temperature", summary = "divides the logits: below 1 surer, above 1 livelier")
public final class TemperatureFilter implements LogitsFilterFactory {

    private static final Option T = new Option("temperature", 1, 0, 100, "divides the logits; 0 keeps the likeliest token only");

    @Override
    public List<Option> options() {
        return List.of(T);
    }

    @Override
    public LogitsFilter create(Options options) {
        double temperature = options.number(T.name());
        return temperature == 0 ? TemperatureFilter::keepLikeliest : logits -> divide(logits, temperature);
    }

    /** Around the maximum, so that a tiny temperature does not carry the numbers out of range. */
    private static void divide(float[] logits, double temperature) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        for (int id = 0; id < logits.length; id++) {
            logits[id] = (float) ((logits[id] - max) / temperature);
        }
    }

    private static void keepLikeliest(float[] logits) {
        int best = new GreedySampler().pick(logits, () -> 0);
        for (int id = 0; id < logits.length; id++) {
            logits[id] = id == best ? logits[id] : Float.NEGATIVE_INFINITY;
        }
    }
}
