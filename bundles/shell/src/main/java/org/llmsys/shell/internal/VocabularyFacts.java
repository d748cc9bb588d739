package org.llmsys.shell.internal;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.ByteLevelTokenizer;
import org.llmsys.tokenizer.MergeHistory;
import org.llmsys.tokenizer.Tokenizer;

/**
 * What a vocabulary is made of.
 *
 * @param specials    id to special or added token, as its {@code tokenizer.json} lists them; null when it has no such file
 * @param bytes       of all tokens: what byte-level tokens stand for, and the UTF-8 of others
 * @param longest     id of the token with the most bytes, special ones left out; -1 for none
 * @param longestSize its bytes
 * @param missing     ids that have no token
 * @param merges      merges known, if its kind tells them
 */
record VocabularyFacts(Map<Integer, String> specials, long bytes, int longest, int longestSize, int missing, OptionalInt merges) {

    static VocabularyFacts of(Tokenizer tokenizer) {
        Map<Integer, String> specials = specials(tokenizer);
        long bytes = 0;
        int longest = -1;
        int longestSize = 0;
        int missing = 0;
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            int size;
            try {
                size = size(tokenizer, id);
            } catch (Problem hole) {                                   // an id that no token has
                missing++;
                continue;
            }
            bytes += size;
            if (size > longestSize && (specials == null || !specials.containsKey(id))) {
                longest = id;
                longestSize = size;
            }
        }
        return new VocabularyFacts(specials, bytes, longest, longestSize, missing,
                tokenizer instanceof MergeHistory history ? OptionalInt.of(history.merges().size()) : OptionalInt.empty());
    }

    private static int size(Tokenizer tokenizer, int id) {
        return tokenizer instanceof ByteLevelTokenizer bytes ? bytes.decodeBytes(new int[] {id}).length
                : tokenizer.token(id).getBytes(StandardCharsets.UTF_8).length;
    }

    /** Some tokens from all over the vocabulary: late ones are the rarer and longer. */
    static List<String> samples(Tokenizer tokenizer, int count) {
        List<String> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int id = (int) ((i + 0.5) * tokenizer.vocabSize() / count);
            try {
                if (samples.isEmpty() || !samples.getLast().equals(tokenizer.token(id))) {
                    samples.add(tokenizer.token(id));
                }
            } catch (Problem hole) {
                continue;
            }
        }
        return samples;
    }

    private static Map<Integer, String> specials(Tokenizer tokenizer) {
        try (JsonReader json = new JsonReader(new StringReader(tokenizer.toJson()))) {
            Map<Integer, String> specials = new LinkedHashMap<>();
            json.beginObject();
            while (json.hasNext()) {
                if (json.nextName().equals("added_tokens") && json.peek() == JsonToken.BEGIN_ARRAY) {
                    json.beginArray();
                    while (json.hasNext()) {
                        add(json, specials);
                    }
                    json.endArray();
                } else {
                    json.skipValue();
                }
            }
            return specials;
        } catch (Problem cannotBeSaid) {
            return null;
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw new IllegalStateException("a tokenizer of the kind " + tokenizer.type() + " writes no readable tokenizer.json", e);
        }
    }

    private static void add(JsonReader json, Map<Integer, String> specials) throws IOException {
        int id = -1;
        String content = "";
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "id" -> id = json.nextInt();
                case "content" -> content = json.nextString();
                default -> json.skipValue();
            }
        }
        json.endObject();
        specials.put(id, content);
    }
}
