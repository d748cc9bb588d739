package org.llmsys.inference.insight;

import java.util.List;
import java.util.Locale;

import org.llmsys.assembly.Candidate;

/**
 * One token being chosen.
 *
 * @param position   of the token in the sequence, from 0
 * @param id         the token
 * @param token      as the vocabulary has it
 * @param text       the text it added; may be empty while a character is incomplete
 * @param chosen     what became of it on its way through the filters
 * @param candidates the likeliest tokens by the model, likeliest first
 * @param filters    what each filter did, in the order they run
 * @param possible   how many tokens the sampler could pick from
 * @param rank       of the token among these, 1 for the likeliest
 * @param sampler    who picked; null when nobody said
 * @param draw       the random number at this position, in [0, 1)
 * @param from       where the token's part begins on a line from 0 to 1 on which all possible tokens lie side by side, ids ascending
 * @param to         where it ends; {@code to - from} is its probability
 */
public record StepChoice(long position, int id, String token, String text, StepCandidate chosen, List<StepCandidate> candidates,
        List<StepFilter> filters,
        int possible, int rank, Candidate sampler, double draw, double from, double to) {

    /** Why this token and no other, in one sentence. */
    public String why() {
        if (possible == 1) {
            return "it was the only token left";
        }
        String by = sampler == null ? "the sampler" : sampler.name();
        return switch (sampler == null ? "" : sampler.algorithm()) {
            case "greedy" -> by + " takes the likeliest of the " + possible + " tokens left";
            case "categorical" -> String.format(Locale.ROOT, "%s drew %.4f, which lies in its part %.4f to %.4f of the line from 0 to 1", by, draw,
                    from, to);
            default -> String.format(Locale.ROOT, "%s picked it, number %d of the %d tokens left, with probability %.4f", by, rank, possible,
                    to - from);
        };
    }
}
