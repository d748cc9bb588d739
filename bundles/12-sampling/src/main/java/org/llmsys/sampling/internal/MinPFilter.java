package org.llmsys.sampling.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.osgi.service.component.annotations.Component;

/**
 * Keeps the tokens that are at least a share of the likeliest one's probability.
 *
 * <pre>
 *   keep v when  softmax(logits)[v] &gt;= p * max softmax(logits),   that is  logits[v] &gt;= max + ln p
 * </pre>
 *
 * <p>Where the model is sure the bar is high, where it is not the bar is low; unlike top-p it never lets in a tail of many unlikely tokens
 * to fill up a sum.
 *
 * @see <a href="https://arxiv.org/abs/2407.01082">Nguyen et al. 2024, Turning Up the Heat: Min-p Sampling</a>
 */
@Component
@Provider(slot = "filter", algorithm = "min-p", name = "min-p", summary = "keeps tokens of at least a share p of the likeliest one's probability",
        reference = "https://arxiv.org/abs/2407.01082")
public final class MinPFilter implements LogitsFilterFactory {

    private static final Option P = new Option("p", 0.05, 0, 1, "share of the largest probability a token needs; 0 keeps all");

    @Override
    public List<Option> options() {
        return List.of(P);
    }

    @Override
    public LogitsFilter create(Options options) {
        double below = Math.log(options.number(P.name()));                         // ln 0 is negative infinity: nothing is below
        return logits -> {
            float max = Float.NEGATIVE_INFINITY;
            for (float logit : logits) {
                max = Math.max(max, logit);
            }
            for (int id = 0; id < logits.length; id++) {
                if (logits[id] < max + below) {
                    logits[id] = Float.NEGATIVE_INFINITY;
                }
            }
        };
    }
}
