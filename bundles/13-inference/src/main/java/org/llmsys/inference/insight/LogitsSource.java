package org.llmsys.inference.insight;

import java.util.List;

import org.llmsys.assembly.Assembly;
import org.llmsys.inference.LoadedModel;

/** Where the logits of one side of a comparison come from. */
public sealed interface LogitsSource {

    /** As a person named it. */
    String name();

    /**
     * A model under an assembly; its steps can be looked into.
     *
     * @param pinned serves its steps; null for the workbench's current choice
     */
    record OfNetwork(String name, LoadedModel model, Assembly pinned) implements LogitsSource {
    }

    /**
     * An engine that writes; it gives the logits behind the prompt and behind each token, and cannot be looked into.
     *
     * @param pinned as above; null for an engine of a plug-in, which takes its steps from the workbench by itself
     * @param engine its name in slot engine
     * @param batch  sequences that it writes at once, of which one counts; 1 for that one alone
     */
    record OfEngine(String name, LoadedModel model, Assembly pinned, String engine, int batch) implements LogitsSource {
    }

    /**
     * What somebody wrote down.
     *
     * @param rows a row of V logits for each position of the text, or for its last ones
     */
    record OfFile(String name, List<float[]> rows) implements LogitsSource {
    }
}
