package org.llmsys.shell.internal;

import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Problem;
import org.llmsys.inference.LoadedModel;
import org.llmsys.shell.internal.picture.TokenLabels;

/**
 * A prompt as its model reads it.
 *
 * @param labels names tokens
 */
record PromptTokens(LoadedModel model, int[] ids, TokenLabels labels) {

    /** @throws Problem when the prompt has no tokens or too many, or the model no tokenizer */
    static PromptTokens of(LoadedModel model, String prompt) {
        int[] ids = some(model, prompt);
        int most = model.model().config().contextLength();
        if (ids.length > most) {
            throw Problem.failed("a prompt of " + ids.length + " tokens is too long", "the model's context holds " + most,
                    "use a shorter prompt, or a model with a longer context");
        }
        return new PromptTokens(model, ids, new TokenLabels(model.tokenizer()));
    }

    /** The ids of a text. @throws Problem when there are none */
    static int[] some(LoadedModel model, String text) {
        int[] ids = model.requireTokenizer().encode(text);
        if (ids.length == 0) {
            throw Problem.misused("the prompt has no tokens", "there is nothing for the model to look at",
                    "give --prompt a text of at least one token");
        }
        return ids;
    }

    /** For people. */
    List<String> shown() {
        return Arrays.stream(ids).mapToObj(labels::of).toList();
    }

    /** For programs. */
    List<String> texts() {
        return Arrays.stream(ids).mapToObj(labels::text).toList();
    }
}
