package org.llmsys.sampling;

import java.util.List;

import org.llmsys.assembly.Slot;
import org.osgi.annotation.versioning.ConsumerType;

/** The service behind a filter: names its options, so every door can offer and check them, and makes a filter a sequence. Stateless and thread-safe. */
@Slot(value = "filter", finite = false)
@ConsumerType
public interface LogitsFilterFactory {

    /** The options of this filter, the main one first: it is the one behind {@code --<name> VALUE}. */
    List<Option> options();

    /**
     * Makes the filter of one sequence.
     *
     * @param options values for {@link #options()}, already checked against their ranges
     */
    LogitsFilter create(Options options);
}
