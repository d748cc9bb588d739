package org.llmsys.inference;

import java.util.List;

/**
 * How likely a token was at its place, and which others were.
 *
 * <pre>
 *   ln p(v) = l_v - ln Σ_u exp(l_u)            natural logarithm, over all V ids, in double
 * </pre>
 *
 * <p>The logits l are the model's, before any filter, as the completions API of OpenAI means them, unless the place where these stand says otherwise.
 *
 * @param id             the token that stands there
 * @param logProbability ln of its probability, at most 0; NaN for a token with nothing before it
 * @param top            the likeliest tokens, the first most of all, of equals the lower id first; the token itself may be among them
 */
public record LogProbabilities(int id, double logProbability, List<Alternative> top) {

    public LogProbabilities {
        top = List.copyOf(top);
    }

    /** A token with nothing before it, such as the first one of a prompt. */
    public static LogProbabilities unknown(int id) {
        return new LogProbabilities(id, Double.NaN, List.of());
    }

    /** One token that might stand there. */
    public record Alternative(int id, double logProbability) {
    }

    /**
     * What shall be measured.
     *
     * @param alternatives how many of the likeliest tokens are named at each place, 0 or more
     * @param prompt       the prompt's tokens too: its logits are then computed, 64 rows at a time
     * @param filtered     the chosen tokens a second time, after the filters
     */
    public record Request(int alternatives, boolean prompt, boolean filtered) {

        /** The chosen tokens, before the filters. */
        public static Request of(int alternatives) {
            return new Request(alternatives, false, false);
        }

        /** The same, and the prompt's tokens. */
        public Request withPrompt() {
            return new Request(alternatives, true, filtered);
        }

        /** The same, and the chosen tokens after the filters. */
        public Request withFiltered() {
            return new Request(alternatives, prompt, true);
        }
    }
}
