package org.llmsys.inference.insight;

import org.llmsys.inference.LoadedModel;
import org.llmsys.tokenizer.Tokenizer;

/** What tokens are called in tables: the vocabulary's own entries, as they are stored. */
final class TraceTokens {

    private TraceTokens() {
    }

    static String text(LoadedModel model, int id) {
        return model.tokenizer() == null ? "#" + id : text(model.tokenizer(), id);
    }

    /** Some models have more ids than their tokenizer has names. */
    static String text(Tokenizer tokenizer, int id) {
        return id < tokenizer.vocabSize() ? tokenizer.token(id) : "#" + id;
    }
}
