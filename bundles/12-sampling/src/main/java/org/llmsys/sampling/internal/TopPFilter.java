package org.llmsys.sampling.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.osgi.service.component.annotations.Component;

/**
 * Nucleus sampling: keeps the smallest set of likeliest tokens whose probabilities reach {@code p} together.
 *
 * <pre>
 *   q = softmax(logits), from high to low;   keep the first n with  q_1 + ... + q_n &gt;= p
 * </pre>
 *
 * <p>Unlike top-k, the number kept follows the model's certainty: one token where it is sure, hundreds where it is not.
 *
 * @see <a href="https://arxiv.org/abs/1904.09751">Holtzman et al. 2019, The Curious Case of Neural Text Degeneration</a>
 */
@Component
@Provider(slot = "filter", algorithm = "top-p", name = "top-p", summary = "keeps the likeliest tokens that reach probability p together",
        reference = "Holtzman et al. 2019")
public final class TopPFilter implements LogitsFilterFactory {

    private static final Option P = new Option("p", 0.9, 0, 1, "probability the kept tokens reach together; 0 keeps the likeliest only");

    @Override
    public List<Option> options() {
        return List.of(P);
    }

    @Override
    public LogitsFilter create(Options options) {
        double p = options.number(P.name());
        return p == 1 ? logits -> { } : logits -> keepNucleus(logits, p);
    }

    private static void keepNucleus(float[] logits, double p) {
        double[] q = Softmax.of(logits);                                           // (V)
        int[] ids = Ranking.likeliestFirst(logits);                                // (V)
        double reached = 0;
        int kept = 0;
        do {
            reached += q[ids[kept++]];
        } while (kept < ids.length && reached < p);
        for (int i = kept; i < ids.length; i++) {
            logits[ids[i]] = Float.NEGATIVE_INFINITY;
        }
    }
}
