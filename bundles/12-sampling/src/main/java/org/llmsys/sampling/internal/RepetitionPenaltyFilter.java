package org.llmsys.sampling.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.osgi.service.component.annotations.Component;

/**
 * Makes tokens that stand in the text already, prompt included, less likely.
 *
 * <pre>
 *   logits[v] = logits[v] / r     when logits[v] &gt; 0
 *   logits[v] = logits[v] * r     otherwise                    for every v among the last {@code window} tokens
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1909.05858">Keskar et al. 2019, CTRL, section 4.1</a>
 */
@Component
@Provider(slot = "filter", algorithm = "repetition-penalty", name = "repetition-penalty", summary = "makes tokens of the text so far less likely",
        reference = "https://arxiv.org/abs/1909.05858")
public final class RepetitionPenaltyFilter implements LogitsFilterFactory {

    private static final Option PENALTY = new Option("penalty", 1.1, 0.01, 100, "divides a positive logit, multiplies a negative one; 1 changes nothing");
    private static final Option WINDOW = new Option("window", 64, 1, 1 << 20, "how many of the last tokens count");

    @Override
    public List<Option> options() {
        return List.of(PENALTY, WINDOW);
    }

    @Override
    public LogitsFilter create(Options options) {
        float penalty = (float) options.number(PENALTY.name());
        RecentTokens recent = new RecentTokens((int) options.number(WINDOW.name()));
        return new LogitsFilter() {
            @Override
            public void begin(int[] promptIds) {
                for (int id : promptIds) {
                    recent.add(id);
                }
            }

            @Override
            public void apply(float[] logits) {
                for (int id : recent.counts().keySet()) {
                    logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
                }
            }

            @Override
            public void accept(int id) {
                recent.add(id);
            }
        };
    }
}
