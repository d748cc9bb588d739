package org.llmsys.tokenizer.internal.bytepair;

import java.util.HashMap;
import java.util.Map;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.llmsys.assembly.Problem;

/** Reads fields of Hugging Face's files: what is missing, of the wrong type or not implemented is an error that names it. */
final class HfFields {

    private HfFields() {
    }

    static Problem damaged(String why) {
        return Problem.failed("cannot read the tokenizer", why, "give the files that belong to the model");
    }

    /** A part of the file that this tokenizer does not know how to do: refused by name, never approximated. */
    static Problem notKnown(String part, String name) {
        return Problem.failed("cannot read the tokenizer", "its " + part + " is " + name + ", which is not implemented for byte-level BPE",
                "use another tokenizer, or export it without that " + part);
    }

    /** Whether the field is absent or null. */
    static boolean absent(JsonObject object, String field) {
        return !object.has(field) || object.get(field).isJsonNull();
    }

    static String text(JsonObject object, String field) {
        if (absent(object, field) || !object.get(field).isJsonPrimitive()) {
            throw damaged("the field \"" + field + "\" is missing");
        }
        return object.get(field).getAsString();
    }

    static String type(JsonElement element) {
        if (element == null || !element.isJsonObject()) {
            throw damaged("a part of it is not an object with a type");
        }
        return text(element.getAsJsonObject(), "type");
    }

    static boolean flag(JsonObject object, String field, boolean otherwise) {
        if (absent(object, field)) {
            return otherwise;
        }
        JsonElement value = object.get(field);
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
            throw damaged("the field \"" + field + "\" is not true or false");
        }
        return value.getAsBoolean();
    }

    /** An id: a whole number in range. */
    static int id(JsonElement element, String of) {
        if (element != null && element.isJsonPrimitive() && element.getAsJsonPrimitive().isNumber()) {
            double value = element.getAsDouble();
            if (value == Math.rint(value) && value >= 0 && value < RankFile.MOST_TOKENS) {
                return (int) value;
            }
        }
        throw damaged("the id " + element + " of \"" + of + "\" is not a whole number from 0 to " + (RankFile.MOST_TOKENS - 1));
    }

    /** Token to id. */
    static Map<String, Integer> vocabulary(JsonObject vocab) {
        if (vocab.size() == 0 || vocab.size() > RankFile.MOST_TOKENS) {
            throw damaged("it has " + vocab.size() + " tokens; 1 to " + RankFile.MOST_TOKENS + " are possible");
        }
        Map<String, Integer> vocabulary = new HashMap<>(2 * vocab.size());
        vocab.entrySet().forEach(entry -> vocabulary.put(entry.getKey(), id(entry.getValue(), entry.getKey())));
        return vocabulary;
    }
}
