package org.llmsys.files.internal;

import java.nio.file.Path;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

import org.llmsys.assembly.Problem;

/**
 * The tokens that end a text, for the field {@code eos_token_id} of a config.json.
 *
 * <pre>
 *   config.json             {"eos_token_id": 128001, ...}                    of the base model
 *   generation_config.json  {"eos_token_id": [128001, 128008, 128009], ...}  of the model that was taught to converse: it counts
 * </pre>
 */
final class EndTokens {

    private static final String FIELD = "eos_token_id";

    private EndTokens() {
    }

    /**
     * The configuration with the end tokens of the other file, or itself when that names none.
     *
     * @param config     the text of config.json; when it is damaged it stays as it is, for whoever reads it
     * @param generation the text of generation_config.json, or null
     * @param file       where that lies
     * @throws Problem when {@code generation} is no JSON object, or its end tokens are neither a number nor a list of numbers
     */
    static String added(String config, String generation, Path file) {
        JsonElement ends = generation == null ? null : ends(generation, file);
        if (ends == null || ends.isJsonNull()) {
            return config;
        }
        try {
            JsonObject whole = JsonParser.parseString(config).getAsJsonObject();
            if (ends.equals(whole.get(FIELD))) {
                return config;
            }
            whole.add(FIELD, ends);
            return new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(whole) + "\n";
        } catch (JsonParseException | IllegalStateException damaged) {
            return config;
        }
    }

    private static JsonElement ends(String generation, Path file) {
        JsonElement ends;
        try {
            ends = JsonParser.parseString(generation).getAsJsonObject().get(FIELD);
        } catch (JsonParseException | IllegalStateException e) {
            throw new Problem("cannot read " + file, "it is not a JSON object", "restore the file, or take it away: it may be missing",
                    Problem.FAILED, e);
        }
        if (ends instanceof JsonArray list ? list.asList().stream().allMatch(EndTokens::number) : ends == null || ends.isJsonNull() || number(ends)) {
            return ends;
        }
        throw Problem.failed("cannot read " + file, "its " + FIELD + " is neither a number nor a list of numbers",
                "restore the file, or take it away: it may be missing");
    }

    private static boolean number(JsonElement element) {
        return element.isJsonPrimitive() && element.getAsJsonPrimitive().isNumber();
    }
}
