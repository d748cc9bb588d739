package org.llmsys.sampling.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.osgi.service.component.annotations.Component;

/**
 * Makes a token the less likely the more often it was written.
 *
 * <pre>
 *   logits[v] = logits[v] - a * (times v was written)
 * </pre>
 *
 * <p>Only what was written counts, not the prompt. A negative penalty invites repetition.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/completions">OpenAI's completions, which define it</a>
 */
@Component
@Provider(slot = "filter", algorithm = "frequency-penalty", name = "frequency-penalty",
        summary = "lowers the logits of tokens by how often they were written")
public final class FrequencyPenaltyFilter implements LogitsFilterFactory {

    private static final Option PENALTY = WrittenTokenPenalty.option("subtracted for each time a token was written; 0 changes nothing");

    @Override
    public List<Option> options() {
        return List.of(PENALTY);
    }

    @Override
    public LogitsFilter create(Options options) {
        double penalty = options.number(PENALTY.name());
        return new WrittenTokenPenalty(count -> penalty * count);
    }
}
