package org.llmsys.inference.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Options;

/** A filter of one sequence. It lives on when its provider leaves the workbench: what it remembers is the sequence's. */
record NamedFilter(String name, LogitsFilter filter) {

    /**
     * Makes the filters of a sequence, in order.
     *
     * @throws Problem for an unknown filter or option, or a value out of range
     */
    static List<NamedFilter> create(List<FilterChoice> choices, Assemblies assemblies) {
        List<NamedFilter> filters = new ArrayList<>();
        for (FilterChoice choice : choices) {
            try (Assemblies.Held<LogitsFilterFactory> held = assemblies.hold(LogitsFilterFactory.class, choice.name())) {
                LogitsFilterFactory factory = held.provider();
                filters.add(new NamedFilter(choice.name(), factory.create(new Options(choice.name(), factory.options(), choice.values()))));
            }
        }
        return filters;
    }

    /** Changes the logits. @throws Problem when the filter fails or leaves no token possible */
    void apply(float[] logits) {
        try {
            filter.apply(logits);
        } catch (Problem e) {
            throw e;
        } catch (RuntimeException e) {
            throw new Problem("the filter " + name + " failed", e.toString(), "leave it out of --filters, or mend it", Problem.FAILED, e);
        }
        for (float logit : logits) {
            if (logit > Float.NEGATIVE_INFINITY) {
                return;
            }
        }
        throw Problem.failed("the filter " + name + " left no token possible", "every filter must leave at least one", "leave it out of --filters, or mend it");
    }
}
