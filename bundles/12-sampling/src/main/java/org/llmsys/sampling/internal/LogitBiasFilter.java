package org.llmsys.sampling.internal;

import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.osgi.service.component.annotations.Component;

/**
 * Makes chosen tokens more or less likely, whatever the text.
 *
 * <pre>
 *   logits[v] = logits[v] + b_v            for every v that is named
 *   logits[v] = logits[v] + others         for every other v
 * </pre>
 *
 * <p>-100 all but forbids a token and 100 all but forces it. With {@code others} at -100 only the named tokens are left to choose among.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/completions">OpenAI's completions, which define logit_bias</a>
 */
@Component
@Provider(slot = "filter", algorithm = "logit-bias", name = "logit-bias", summary = "adds to the logits of chosen tokens")
public final class LogitBiasFilter implements LogitsFilterFactory {

    private static final double MOST = 100;
    private static final Option OTHERS = new Option("others", 0, -MOST, MOST, "added to the logit of every token that is not named");
    private static final Option BIAS = new Option("ID", 0, -MOST, MOST, "added to the logit of the token with this id");

    @Override
    public List<Option> options() {
        return List.of(OTHERS);
    }

    @Override
    public Optional<Option> tokenOption() {
        return Optional.of(BIAS);
    }

    @Override
    public LogitsFilter create(Options options) {
        float others = (float) options.number(OTHERS.name());
        int[] ids = options.tokens().keySet().stream().mapToInt(Integer::intValue).toArray();              // rising
        double[] biases = options.tokens().values().stream().mapToDouble(Double::doubleValue).toArray();
        return logits -> {
            if (ids.length > 0) {
                requireKnown(ids[ids.length - 1], logits.length);
            }
            int next = 0;
            for (int id = 0; id < logits.length; id++) {
                boolean named = next < ids.length && ids[next] == id;
                logits[id] += named ? (float) biases[next++] : others;
            }
        };
    }

    private static void requireKnown(int id, int vocabSize) {
        if (id >= vocabSize) {
            throw Problem.misused("logit-bias: there is no token " + id,
                    "the model knows ids 0 to " + (vocabSize - 1), "name an id of its vocabulary");
        }
    }
}
