package org.llmsys.files.internal;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

import org.llmsys.assembly.Problem;

/** What a writer of another form asks of a config.json; null counts as absent. */
public record ConfigText(JsonObject json) {

    private static final int MOST = 1 << 28;

    /** @throws Problem when the text is no JSON object */
    public static ConfigText of(String text) {
        try {
            return new ConfigText(JsonParser.parseString(text).getAsJsonObject());
        } catch (JsonParseException | IllegalStateException e) {
            throw new Problem("cannot write the model", "its config.json is not a JSON object", "give a whole model", Problem.FAILED, e);
        }
    }

    public boolean has(String name) {
        JsonElement value = json.get(name);
        return value != null && !value.isJsonNull();
    }

    public ConfigText object(String name) {
        if (has(name) && !json.get(name).isJsonObject()) {
            throw wrong(name, "an object");
        }
        return new ConfigText(has(name) ? json.getAsJsonObject(name) : new JsonObject());
    }

    /** A whole number from 1 to 2^28. */
    public int size(String name) {
        double size = has(name) ? number(name, 0) : 0;
        if (size < 1 || size > MOST || size != Math.rint(size)) {
            throw wrong(name, "a whole number from 1 to " + MOST);
        }
        return (int) size;
    }

    public int size(String name, int absent) {
        return has(name) ? size(name) : absent;
    }

    public double number(String name, double absent) {
        if (!has(name)) {
            return absent;
        }
        if (!json.get(name).isJsonPrimitive() || !json.getAsJsonPrimitive(name).isNumber()) {
            throw wrong(name, "a number");
        }
        return json.get(name).getAsDouble();
    }

    public String text(String name, String absent) {
        return has(name) && json.get(name).isJsonPrimitive() ? json.get(name).getAsString() : absent;
    }

    public boolean flag(String name, boolean absent) {
        return has(name) && json.get(name).isJsonPrimitive() ? json.get(name).getAsBoolean() : absent;
    }

    private static Problem wrong(String name, String wanted) {
        return Problem.failed("cannot write the model", "its config.json does not hold " + wanted + " as " + name, "give a whole model");
    }
}
