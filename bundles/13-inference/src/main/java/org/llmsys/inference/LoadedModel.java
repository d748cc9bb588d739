package org.llmsys.inference;

import java.util.Optional;
import java.util.Set;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.transformer.TransformerModel;

/**
 * A model that can write.
 *
 * @param name        the folder's or file's name
 * @param model       configuration and weights
 * @param tokenizer   its vocabulary; null when there is none that can be read
 * @param noTokenizer why there is no tokenizer; null when there is one
 * @param endTokens   those that its files say end a text, beside the tokenizer's own: models of conversations have several
 * @param source      the files it was read from, whole and as they are: an engine of another language may read them itself; empty for a model that
 *                    was made or that learns
 */
public record LoadedModel(String name, TransformerModel model, Tokenizer tokenizer, String noTokenizer, Set<Integer> endTokens,
        Optional<ModelSource> source) {

    public LoadedModel {
        endTokens = Set.copyOf(endTokens);
    }

    /** A model of no file. */
    public LoadedModel(String name, TransformerModel model, Tokenizer tokenizer, String noTokenizer, Set<Integer> endTokens) {
        this(name, model, tokenizer, noTokenizer, endTokens, Optional.empty());
    }

    /** A model with a tokenizer, or without for no particular reason. */
    public LoadedModel(String name, TransformerModel model, Tokenizer tokenizer) {
        this(name, model, tokenizer, tokenizer == null ? "it came without one" : null, Set.of());
    }

    /** Whether this token ends a text. */
    public boolean ends(int id) {
        return endTokens.contains(id) || tokenizer != null && tokenizer.endOfText().filter(end -> end == id).isPresent();
    }

    /** The tokenizer, for whoever cannot do without. @throws Problem that says why there is none */
    public Tokenizer requireTokenizer() {
        if (tokenizer == null) {
            throw Problem.failed("the model " + name + " has no tokenizer", noTokenizer, "put the tokenizer.json it was trained with beside its weights");
        }
        return tokenizer;
    }
}
