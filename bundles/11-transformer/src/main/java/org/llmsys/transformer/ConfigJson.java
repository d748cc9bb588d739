package org.llmsys.transformer;

import java.io.IOException;
import java.io.StringReader;
import java.util.HashSet;
import java.util.Set;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

import org.llmsys.assembly.Problem;

/**
 * Reads the text of a {@code config.json} with suspicion: one object of strict JSON, at most 64 levels deep, in which no field stands twice.
 *
 * <p>Of two equal fields one reader takes the first and another the last: such a file would be two models.
 */
final class ConfigJson {

    private static final int DEEPEST = 64;
    private static final int LONGEST_PLACE = 80;

    private final JsonReader in;

    private ConfigJson(String text) {
        in = new JsonReader(new StringReader(text));
        in.setStrictness(Strictness.STRICT);
        in.setNestingLimit(DEEPEST);
    }

    /** @throws Problem when the text is no such object; it says where */
    static JsonObject parse(String text) {
        ConfigJson json = new ConfigJson(text);
        try {
            if (json.in.peek() != JsonToken.BEGIN_OBJECT) {
                throw refused("it is not a JSON object", null);
            }
            json.check();
            if (json.in.peek() != JsonToken.END_DOCUMENT) {
                throw refused("something follows its object", null);
            }
            return JsonParser.parseString(text).getAsJsonObject();
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw refused("it is not a JSON object: it is damaged, or goes more than " + DEEPEST + " levels deep, at " + json.place(), e);
        }
    }

    /** One value and all it holds. */
    private void check() throws IOException {
        switch (in.peek()) {
            case BEGIN_OBJECT -> {
                Set<String> names = new HashSet<>();
                in.beginObject();
                while (in.hasNext()) {
                    if (!names.add(in.nextName())) {
                        throw refused(place() + " stands there twice", null);
                    }
                    check();
                }
                in.endObject();
            }
            case BEGIN_ARRAY -> {
                in.beginArray();
                while (in.hasNext()) {
                    check();
                }
                in.endArray();
            }
            default -> in.skipValue();
        }
    }

    /** The field that is being read, such as rope_scaling.factor; names may be long and hold anything. */
    private String place() {
        String path = in.getPath();
        String field = path.startsWith("$.") ? path.substring(2) : path;
        StringBuilder printable = new StringBuilder();
        field.codePoints().limit(LONGEST_PLACE).forEach(c -> printable.appendCodePoint(c < ' ' || c >= 0x7f ? '?' : c));
        return printable + (field.length() > LONGEST_PLACE ? "..." : "");
    }

    private static Problem refused(String why, Exception cause) {
        return new Problem("config.json cannot be read", why, "restore the file", Problem.FAILED, cause);
    }
}
