package org.llmsys.tokenizer.internal.wordpiece;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.internal.ModelKind;
import org.llmsys.tokenizer.internal.Vocabulary;

/**
 * Reads WordPiece tokenizers from Hugging Face's {@code tokenizer.json}. A part that is not one of BERT's is refused by its name; the
 * sections {@code truncation} and {@code padding} say how texts are put into batches and are left to whoever does that.
 *
 * @see <a href="https://huggingface.co/docs/tokenizers">Hugging Face tokenizers</a>
 */
final class WordPieceJson {

    static final String MODEL = "WordPiece";
    /** More entries than any published vocabulary. */
    static final int MOST_TOKENS = 1 << 20;

    private WordPieceJson() {
    }

    /** Whether the model's type is WordPiece. */
    static boolean describes(String json) {
        if (ModelKind.isOther(json, MODEL)) {
            return false;
        }
        try {
            JsonElement root = JsonParser.parseString(json);
            return root.isJsonObject() && root.getAsJsonObject().get("model") instanceof JsonObject model && isType(model, MODEL);
        } catch (RuntimeException | StackOverflowError notJson) {
            return false;
        }
    }

    /** @throws Problem that says what is wrong with the file */
    static WordPieceTokenizer read(String json) {
        if (!describes(json)) {
            throw damaged("it is not a tokenizer.json with a WordPiece model");
        }
        try {
            return tokenizer(JsonParser.parseString(json).getAsJsonObject());
        } catch (ClassCastException | IllegalStateException | NullPointerException | NumberFormatException | UnsupportedOperationException
                | IndexOutOfBoundsException e) {
            throw damaged("a field is missing or of the wrong type");
        }
    }

    private static WordPieceTokenizer tokenizer(JsonObject root) {
        JsonObject model = root.getAsJsonObject("model");
        JsonElement cut = root.get("pre_tokenizer");
        if (!isType(cut, "BertPreTokenizer")) {
            throw unknownPart("pre-tokenizer", cut);
        }
        List<String> before = new ArrayList<>();
        List<String> after = new ArrayList<>();
        WordPieceEnds.read(root.get("post_processor"), before, after);
        String prefix = model.get("continuing_subword_prefix").getAsString();
        WordPieceSettings settings = new WordPieceSettings(normalizer(root.get("normalizer")), before, after, model.get("unk_token").getAsString(),
                prefix, model.get("max_input_chars_per_word").getAsInt(), cleanup(root.get("decoder"), prefix));
        Map<Integer, String> tokens = new TreeMap<>();
        model.getAsJsonObject("vocab").entrySet().forEach(entry -> put(tokens, entry.getValue().getAsInt(), entry.getKey()));
        BitSet pieces = new BitSet();
        tokens.keySet().stream().filter(id -> id >= 0 && id < MOST_TOKENS).forEach(pieces::set);      // a gap is refused below
        List<AddedToken> added = added(root.get("added_tokens"), tokens, settings.normalizer());
        return new WordPieceTokenizer(vocabulary(tokens), pieces, added, settings);
    }

    private static void put(Map<Integer, String> tokens, int id, String token) {
        String old = tokens.put(id, token);
        if (old != null && !old.equals(token)) {
            throw damaged("the id " + id + " belongs to \"" + old + "\" and to \"" + token + "\"");
        }
    }

    private static Vocabulary vocabulary(Map<Integer, String> tokens) {
        if (tokens.isEmpty() || tokens.size() > MOST_TOKENS) {
            throw damaged("it has " + tokens.size() + " tokens; 1 to " + MOST_TOKENS + " are possible");
        }
        int id = 0;
        for (int given : tokens.keySet()) {
            if (given != id++) {
                throw damaged("the ids are not 0 to " + (tokens.size() - 1) + ", each once: " + given + " stands where " + (id - 1) + " is due");
            }
        }
        return new Vocabulary(List.copyOf(tokens.values()));
    }

    private static List<AddedToken> added(JsonElement section, Map<Integer, String> tokens, BertNormalizer normalizer) {
        List<AddedToken> added = new ArrayList<>();
        if (section == null || section.isJsonNull()) {
            return added;
        }
        Set<String> seen = new HashSet<>();
        for (JsonElement element : section.getAsJsonArray()) {
            JsonObject token = element.getAsJsonObject();
            String content = token.get("content").getAsString();
            if (flag(token, "normalized") && !normalizer.equals(BertNormalizer.NONE)) {
                throw damaged("the added token " + content + " has the property normalized, which is not implemented for WordPiece models");
            }
            if (content.isEmpty() || !seen.add(content)) {
                throw damaged("the added token \"" + content + "\" is empty or stands twice");
            }
            put(tokens, token.get("id").getAsInt(), content);
            added.add(new AddedToken(content, token.get("special").getAsBoolean(), flag(token, "lstrip"), flag(token, "rstrip"), flag(token, "single_word")));
        }
        return added;
    }

    private static boolean flag(JsonObject token, String name) {
        return token.has(name) && token.get(name).getAsBoolean();
    }

    private static BertNormalizer normalizer(JsonElement section) {
        if (section == null || section.isJsonNull()) {
            return BertNormalizer.NONE;
        }
        if (!isType(section, "BertNormalizer")) {
            throw unknownPart("normalizer", section);
        }
        JsonObject flags = section.getAsJsonObject();
        boolean lowerCase = flags.get("lowercase").getAsBoolean();
        JsonElement accents = flags.get("strip_accents");
        boolean stripAccents = accents == null || accents.isJsonNull() ? lowerCase : accents.getAsBoolean();
        return new BertNormalizer(flags.get("clean_text").getAsBoolean(), flags.get("handle_chinese_chars").getAsBoolean(), stripAccents, lowerCase);
    }

    private static boolean cleanup(JsonElement decoder, String prefix) {
        if (!isType(decoder, MODEL)) {
            throw unknownPart("decoder", decoder);
        }
        String inside = decoder.getAsJsonObject().get("prefix").getAsString();
        if (!inside.equals(prefix)) {
            throw damaged("its model marks pieces inside a word by \"" + prefix + "\", its decoder by \"" + inside + "\"");
        }
        return decoder.getAsJsonObject().get("cleanup").getAsBoolean();
    }

    static boolean isType(JsonElement section, String... types) {
        return section instanceof JsonObject object && object.get("type") != null && Arrays.asList(types).contains(object.get("type").getAsString());
    }

    static Problem unknownPart(String part, JsonElement section) {
        String name = section instanceof JsonObject object && object.has("type") ? object.get("type").toString() : "none";
        return damaged("the " + part + " " + name + " is not implemented for WordPiece models");
    }

    static Problem damaged(String why) {
        return Problem.failed("cannot read the WordPiece tokenizer", why, "give the file of a BERT-like model, as it was published");
    }
}
