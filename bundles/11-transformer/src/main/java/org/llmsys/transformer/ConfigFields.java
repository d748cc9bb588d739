package org.llmsys.transformer;

import java.util.List;
import java.util.Map;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.reflect.TypeToken;

import org.llmsys.assembly.Problem;

/** The fields of one object, each read as what it must be; null counts as absent. */
record ConfigFields(JsonObject json, String path) {

    /** @throws Problem when the text is no JSON object, or says a field twice */
    static ConfigFields of(String json) {
        return new ConfigFields(ConfigJson.parse(json), "");
    }

    /** The fields as plain values: numbers, texts, flags, maps, lists. */
    Map<String, Object> values() {
        return new Gson().fromJson(json, new TypeToken<Map<String, Object>>() { }.getType());
    }

    boolean has(String name) {
        JsonElement value = json.get(name);
        return value != null && !value.isJsonNull();
    }

    ConfigFields object(String name) {
        if (!has(name)) {
            return new ConfigFields(new JsonObject(), name + ".");
        }
        if (!json.get(name).isJsonObject()) {
            throw wrong(name, "an object");
        }
        return new ConfigFields(json.getAsJsonObject(name), name + ".");
    }

    int integer(String name) {
        if (!has(name)) {
            throw Problem.failed("config.json does not say " + path + name, "without it the model's shape is not known", "restore the file");
        }
        double value = number(name, 0);
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
            throw wrong(name, "a whole number of at most 2147483647");
        }
        return (int) value;
    }

    int integer(String name, int absent) {
        return has(name) ? integer(name) : absent;
    }

    double number(String name, double absent) {
        if (!has(name)) {
            return absent;
        }
        JsonPrimitive value = primitive(name, "a number");
        if (!value.isNumber()) {
            throw wrong(name, "a number");
        }
        return value.getAsDouble();
    }

    /** A number or a list of numbers; none when it is absent. */
    double[] numbers(String name) {
        if (!has(name)) {
            return new double[0];
        }
        if (!json.get(name).isJsonArray()) {
            return new double[] {number(name, 0)};
        }
        List<JsonElement> list = json.getAsJsonArray(name).asList();
        if (!list.stream().allMatch(each -> each.isJsonPrimitive() && each.getAsJsonPrimitive().isNumber())) {
            throw wrong(name, "a number or a list of numbers");
        }
        return list.stream().mapToDouble(JsonElement::getAsDouble).toArray();
    }

    String text(String name, String absent) {
        if (!has(name)) {
            return absent;
        }
        JsonPrimitive value = primitive(name, "a text");
        if (!value.isString()) {
            throw wrong(name, "a text");
        }
        return value.getAsString();
    }

    boolean flag(String name, boolean absent) {
        if (!has(name)) {
            return absent;
        }
        JsonPrimitive value = primitive(name, "true or false");
        if (!value.isBoolean()) {
            throw wrong(name, "true or false");
        }
        return value.getAsBoolean();
    }

    void requireFlag(String name, boolean wanted) {
        if (flag(name, wanted) != wanted) {
            throw Problem.failed("cannot compute a model with " + path + name + " " + !wanted, "what is computed here is the model with " + name + " " + wanted,
                    "use another model");
        }
    }

    private JsonPrimitive primitive(String name, String kind) {
        if (!json.get(name).isJsonPrimitive()) {
            throw wrong(name, kind);
        }
        return json.getAsJsonPrimitive(name);
    }

    Problem wrong(String name, String kind) {
        String found = json.get(name).toString();
        return Problem.failed("config.json: " + path + name + " is " + (found.length() > 60 ? found.substring(0, 60) + "..." : found),
                "it must be " + kind, "restore the file");
    }
}
