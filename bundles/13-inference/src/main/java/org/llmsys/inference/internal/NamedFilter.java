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
     * @throws Problem for an unknown filter or option, a value out of range, or an option of a token that the vocabulary does not have
     */
    static List<NamedFilter> create(List<FilterChoice> choices, int vocabSize, Assemblies assemblies) {
        List<NamedFilter> filters = new ArrayList<>();
        for (FilterChoice choice : choices) {
            try (Assemblies.Held<LogitsFilterFactory> held = assemblies.hold(LogitsFilterFactory.class, choice.name())) {
                LogitsFilterFactory factory = held.provider();
                Options options = Options.of(choice.name(), factory, choice.values());
                if (!options.tokens().isEmpty() && options.tokens().lastKey() >= vocabSize) {
                    throw Problem.failed(choice.name() + ": there is no token " + options.tokens().lastKey(),
                            "the model knows ids 0 to " + (vocabSize - 1), "name ids of its vocabulary");
                }
                filters.add(new NamedFilter(choice.name(), factory.create(options)));
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
        throw Problem.failed("the filter " + name + " left no token possible", "every filter must leave at least one",
                "leave it out of --filters, or mend it");
    }
}
