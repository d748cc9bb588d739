package org.llmsys.sampling;

import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Slot;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The service behind a filter: names its options, so every door can offer and check them, and makes a filter a sequence. Stateless and
 * thread-safe.
 */
@Slot(value = "filter", finite = false)
@ConsumerType
public interface LogitsFilterFactory {

    /** The options of this filter, the main one first: it is the one behind {@code --<name> VALUE}. */
    List<Option> options();

    /**
     * An option that every token has, set under the token's id: {@code --filters logit-bias:42=-100:7=2.5}. Its name stands for the id in help.
     * The filter learns the size of the vocabulary from the logits: an id beyond them is refused by {@link LogitsFilter#apply} with a Problem that
     * names it, before a logit changes.
     */
    default Optional<Option> tokenOption() {
        return Optional.empty();
    }

    /**
     * Makes the filter of one sequence.
     *
     * @param options values for {@link #options()} and {@link #tokenOption()}, already checked against their ranges
     */
    LogitsFilter create(Options options);
}
