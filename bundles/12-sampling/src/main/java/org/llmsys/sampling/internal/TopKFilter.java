package org.llmsys.sampling.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.osgi.service.component.annotations.Component;

/**
 * Keeps the k likeliest tokens. Of tokens with equal logits at the cut, those with the lower ids stay.
 *
 * @see <a href="https://arxiv.org/abs/1805.04833">Fan, Lewis, Dauphin 2018, Hierarchical Neural Story Generation</a>
 */
@Component
@Provider(slot = "filter", algorithm = "top-k", name = "top-k", summary = "keeps the k likeliest tokens",
        reference = "Fan et al. 2018")
public final class TopKFilter implements LogitsFilterFactory {

    private static final Option K = new Option("k", 40, 1, Integer.MAX_VALUE, "how many tokens stay");

    @Override
    public List<Option> options() {
        return List.of(K);
    }

    @Override
    public LogitsFilter create(Options options) {
        int k = (int) options.number(K.name());
        return logits -> {
            int[] ids = Ranking.likeliestFirst(logits);                            // (V)
            for (int i = k; i < ids.length; i++) {
                logits[ids[i]] = Float.NEGATIVE_INFINITY;
            }
        };
    }
}
