package org.llmsys.tokenizer.internal;

import java.io.IOException;
import java.io.StringReader;
import java.util.Optional;
import java.util.Set;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import org.llmsys.tokenizer.TokenizerFile.Form;

/**
 * Tells a {@code tokenizer.json} from a vocabulary and from other JSON by its first fields.
 *
 * <pre>
 *   {"version": "1.0", …}  and  {"model": {…}, …}   a tokenizer.json
 *   {"!": 0, …}                                     a vocabulary: each token is a field, its id the value
 *   {"model_type": "bert", …}                       something else
 * </pre>
 */
final class JsonForms {

    private static final Set<String> SECTIONS = Set.of("version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
            "decoder", "model");

    private JsonForms() {
    }

    /** @param whole whether {@code start} is all of the file */
    static Optional<Form> of(String start, boolean whole) {
        int ids = 0;
        try (JsonReader in = new JsonReader(new StringReader(start))) {
            in.beginObject();
            while (in.hasNext()) {
                String name = in.nextName();
                if (in.peek() == JsonToken.NUMBER && in.nextDouble() >= 0) {
                    ids++;
                } else if (SECTIONS.contains(name)) {
                    return Optional.of(Form.TOKENIZER_JSON);
                } else {
                    return Optional.empty();
                }
            }
        } catch (IOException | IllegalStateException | NumberFormatException notJson) {
            if (whole) {
                return Optional.empty();
            }                                                          // else the rest of the file goes on like this
        }
        return ids > 0 ? Optional.of(Form.VOCAB_AND_MERGES) : Optional.empty();
    }
}
