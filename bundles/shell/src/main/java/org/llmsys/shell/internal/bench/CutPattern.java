package org.llmsys.shell.internal.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/**
 * The regular expression by which a byte-level tokenizer cuts text, for peers that want it beside the ranks. It is found in the
 * {@code tokenizer.json} that our tokenizer writes, so it is one of those the tokenizer room knows; only the peers execute it.
 */
final class CutPattern {

    private static final String GPT2 = "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    private CutPattern() {
    }

    /** @return empty when it takes more than one expression to say it, or none */
    static Optional<String> of(String tokenizerJson) {
        JsonElement cut = JsonParser.parseString(tokenizerJson).getAsJsonObject().get("pre_tokenizer");
        List<String> expressions = new ArrayList<>();
        for (JsonObject step : steps(cut)) {
            switch (step.get("type").getAsString()) {
                case "Split" -> expressions.add(step.getAsJsonObject("pattern").get("Regex").getAsString());
                case "ByteLevel" -> {
                    if (!step.has("use_regex") || step.get("use_regex").getAsBoolean()) {
                        expressions.add(GPT2);
                    }
                }
                default -> {
                    return Optional.empty();
                }
            }
        }
        return expressions.size() == 1 ? Optional.of(expressions.getFirst()) : Optional.empty();
    }

    private static List<JsonObject> steps(JsonElement cut) {
        if (cut == null || !cut.isJsonObject()) {
            return List.of();
        }
        JsonObject whole = cut.getAsJsonObject();
        return whole.has("pretokenizers") ? whole.getAsJsonArray("pretokenizers").asList().stream().map(JsonElement::getAsJsonObject).toList()
                : List.of(whole);
    }
}
