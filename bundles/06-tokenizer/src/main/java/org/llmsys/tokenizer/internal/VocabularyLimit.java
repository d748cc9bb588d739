package org.llmsys.tokenizer.internal;

import java.io.IOException;
import java.io.StringReader;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

import org.llmsys.assembly.Problem;

/**
 * Counts the entries of a {@code tokenizer.json}'s vocabulary before anything is made of them: a file may claim to be a tokenizer and hold
 * ten million tokens, and every kind would build the whole tree only to say that it is none of its own.
 */
public final class VocabularyLimit {

    /** Most entries of a vocabulary, and of its merges: 2^20. */
    public static final int MOST = 1 << 20;

    private VocabularyLimit() {
    }

    /** @throws Problem when a list or object inside {@code model} has more entries, or the text is no JSON, which no kind could read either */
    public static void require(String json) {
        try (JsonReader reader = new JsonReader(new StringReader(json))) {
            if (reader.peek() != JsonToken.BEGIN_OBJECT) {
                return;
            }
            reader.beginObject();
            while (reader.hasNext()) {
                if (reader.nextName().equals("model") && reader.peek() == JsonToken.BEGIN_OBJECT) {
                    model(reader);
                } else {
                    reader.skipValue();
                }
            }
            reader.endObject();
        } catch (IOException | IllegalStateException notJson) {
            throw new Problem("cannot read the tokenizer.json", "it is no JSON, or it is damaged", "give the file that belongs to the model",
                    Problem.FAILED, notJson);
        }
    }

    private static void model(JsonReader reader) throws IOException {
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            switch (reader.peek()) {
                case BEGIN_OBJECT -> {
                    reader.beginObject();
                    for (int entries = 1; reader.hasNext(); entries++) {
                        requireFew(name, entries);
                        reader.nextName();
                        reader.skipValue();
                    }
                    reader.endObject();
                }
                case BEGIN_ARRAY -> {
                    reader.beginArray();
                    for (int entries = 1; reader.hasNext(); entries++) {
                        requireFew(name, entries);
                        reader.skipValue();
                    }
                    reader.endArray();
                }
                default -> reader.skipValue();
            }
        }
        reader.endObject();
    }

    private static void requireFew(String name, int entries) {
        if (entries > MOST) {
            throw Problem.failed("cannot read the tokenizer.json", "its model's " + name + " has more than " + MOST + " entries",
                    "give the file that belongs to the model");
        }
    }
}
