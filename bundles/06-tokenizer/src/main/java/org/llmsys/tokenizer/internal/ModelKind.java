package org.llmsys.tokenizer.internal;

import java.io.IOException;
import java.io.StringReader;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

/**
 * The type of a {@code tokenizer.json}'s model, read without making a tree of the file: each kind of tokenizer is asked whether a file is its
 * own, and all but one need not look further.
 *
 * <pre>
 *   {"version": "1.0", ..., "model": {"type": "BPE", ...      type BPE
 * </pre>
 */
public final class ModelKind {

    private ModelKind() {
    }

    /** Whether the file names another type of model than this; a file that names none, or is damaged, is left to whoever reads it. */
    public static boolean isOther(String json, String type) {
        try (JsonReader reader = new JsonReader(new StringReader(json))) {
            reader.beginObject();
            while (reader.hasNext()) {
                if (reader.nextName().equals("model") && reader.peek() == JsonToken.BEGIN_OBJECT) {
                    return isOther(reader, type);
                }
                reader.skipValue();
            }
            return false;
        } catch (IOException | IllegalStateException damaged) {
            return false;
        }
    }

    private static boolean isOther(JsonReader reader, String type) throws IOException {
        reader.beginObject();
        while (reader.hasNext()) {
            if (reader.nextName().equals("type") && reader.peek() == JsonToken.STRING) {
                return !reader.nextString().equals(type);
            }
            reader.skipValue();
        }
        return false;
    }
}
