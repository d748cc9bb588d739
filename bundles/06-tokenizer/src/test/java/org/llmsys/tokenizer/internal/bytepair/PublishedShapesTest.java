package org.llmsys.tokenizer.internal.bytepair;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tokenizer.Specials;

/** {@code tokenizer.json} in the shapes that published models have; the ids are those that Hugging Face tokenizers 0.23 gives. */
class PublishedShapesTest {

    private static final ByteBpeType TYPE = new ByteBpeType();

    private static JsonObject fixture() throws IOException {
        try (InputStream in = PublishedShapesTest.class.getResourceAsStream("published-shapes.json")) {
            return JsonParser.parseString(new String(in.readAllBytes(), StandardCharsets.UTF_8)).getAsJsonObject();
        }
    }

    /** The bytes by value, what the merges make, and a token that no merge makes. */
    private static JsonObject vocabulary(JsonArray merges) {
        JsonObject vocabulary = new JsonObject();
        for (int b = 0; b < 256; b++) {
            vocabulary.addProperty(ByteAlphabet.write(new byte[] {(byte) b}), b);
        }
        for (JsonElement merge : merges) {
            vocabulary.addProperty(merge.getAsString().replace(" ", ""), vocabulary.size());
        }
        vocabulary.addProperty("whole", vocabulary.size());
        return vocabulary;
    }

    @Test
    @DisplayName("15 shapes, from GPT-2 to DeepSeek V3 and added tokens with every mark: the published library's ids, with special tokens and without")
    void sameIds() throws IOException {
        JsonObject fixture = fixture();
        String[] texts = new Gson().fromJson(fixture.get("texts"), String[].class);
        int shapes = 0;
        for (JsonElement element : fixture.getAsJsonArray("cases")) {
            JsonObject shape = element.getAsJsonObject();
            JsonObject json = shape.getAsJsonObject("tokenizer");
            json.getAsJsonObject("model").add("vocab", vocabulary(fixture.getAsJsonArray("merges")));
            json.getAsJsonObject("model").add("merges", fixture.get("merges"));
            ByteBpeTokenizer tokenizer = (ByteBpeTokenizer) TYPE.read(json.toString());
            ByteBpeTokenizer again = (ByteBpeTokenizer) TYPE.read(tokenizer.toJson());
            int[][] ids = new Gson().fromJson(shape.get("ids"), int[][].class);
            int[][] ignored = new Gson().fromJson(shape.get("ignored"), int[][].class);
            for (int i = 0; i < texts.length; i++) {
                String what = shape.get("name").getAsString() + ": \"" + texts[i] + "\"";
                assertArrayEquals(ids[i], tokenizer.encode(texts[i]), what);
                assertArrayEquals(ids[i], tokenizer.encode(texts[i], Specials.RECOGNIZED).ids(), what);
                assertArrayEquals(ignored[i], tokenizer.encode(texts[i], Specials.IGNORED).ids(), what);
                assertArrayEquals(ids[i], again.encode(texts[i]), what);
            }
            shapes++;
        }
        assertEquals(15, shapes);
    }
}
