package org.llmsys.tokenizer.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import org.llmsys.assembly.Problem;

/**
 * Tokenizers with one entry a token, in the form of Hugging Face's {@code tokenizer.json}: model {@code WordLevel}, and a
 * pre-tokenizer that says how text is cut. Other tools open the same file.
 *
 * @see <a href="https://huggingface.co/docs/tokenizers">Hugging Face tokenizers</a>
 */
final class WordLevelJson {

    static final String END_OF_TEXT = "<|endoftext|>";

    /** More entries than any published vocabulary; a file that claims more is refused. */
    private static final int MOST_TOKENS = 1 << 20;
    private static final String ANY_CHARACTER = "[\\s\\S]";

    /** How text is cut into entries of the vocabulary. */
    enum Cut { EACH_CHARACTER, AT_WHITE_SPACE }

    /** What a file says. */
    record Content(Vocabulary vocabulary, List<String> specialTokens, Cut cut) {
    }

    private WordLevelJson() {
    }

    static String write(Vocabulary vocabulary, List<String> specialTokens, String unknown, Cut cut) {
        JsonObject vocab = new JsonObject();
        List<String> tokens = vocabulary.tokens();
        for (int id = 0; id < tokens.size(); id++) {
            vocab.addProperty(tokens.get(id), id);
        }
        JsonObject model = new JsonObject();
        model.addProperty("type", "WordLevel");
        model.add("vocab", vocab);
        model.addProperty("unk_token", unknown == null ? WhitespaceTokenizer.UNKNOWN : unknown);

        JsonArray added = new JsonArray();
        for (String token : specialTokens) {
            JsonObject entry = new JsonObject();
            entry.addProperty("id", vocabulary.id(token).orElseThrow());
            entry.addProperty("content", token);
            for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                entry.addProperty(flag, false);
            }
            entry.addProperty("special", true);
            added.add(entry);
        }

        JsonObject root = new JsonObject();
        root.addProperty("version", "1.0");
        root.add("added_tokens", added);
        root.add("pre_tokenizer", preTokenizer(cut));
        if (cut == Cut.EACH_CHARACTER) {
            root.add("decoder", object("type", "Fuse"));
        }
        root.add("model", model);
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(root) + "\n";
    }

    private static JsonObject preTokenizer(Cut cut) {
        if (cut == Cut.AT_WHITE_SPACE) {
            return object("type", "WhitespaceSplit");
        }
        JsonObject split = object("type", "Split");
        split.add("pattern", object("Regex", ANY_CHARACTER));
        split.addProperty("behavior", "Isolated");
        split.addProperty("invert", false);
        return split;
    }

    private static JsonObject object(String name, String value) {
        JsonObject object = new JsonObject();
        object.addProperty(name, value);
        return object;
    }

    /** How this file cuts text, or null when it is not of this form. */
    static Cut cutOf(String json) {
        try {
            JsonObject root = JsonParser.parseString(json).getAsJsonObject();
            if (!"WordLevel".equals(root.getAsJsonObject("model").get("type").getAsString())) {
                return null;
            }
            JsonElement pre = root.get("pre_tokenizer");
            return Arrays.stream(Cut.values()).filter(cut -> preTokenizer(cut).equals(pre)).findFirst().orElse(null);
        } catch (RuntimeException | StackOverflowError notThisForm) {
            return null;
        }
    }

    /** @throws Problem that says what is wrong with the file */
    static Content read(String json) {
        Cut cut = cutOf(json);
        if (cut == null) {
            throw damaged("it is not a WordLevel tokenizer cut by character or at white space");
        }
        JsonObject root = JsonParser.parseString(json).getAsJsonObject();
        try {
            return new Content(vocabulary(root.getAsJsonObject("model").getAsJsonObject("vocab")), specials(root.get("added_tokens")), cut);
        } catch (ClassCastException | IllegalStateException | NullPointerException | NumberFormatException e) {
            throw damaged("a field is missing or of the wrong type");
        }
    }

    /** Ids must be 0 to V-1, each once. */
    private static Vocabulary vocabulary(JsonObject vocab) {
        int size = vocab.size();
        if (size == 0 || size > MOST_TOKENS) {
            throw damaged("it has " + size + " tokens; 1 to " + MOST_TOKENS + " are possible");
        }
        String[] tokens = new String[size];
        for (Map.Entry<String, JsonElement> entry : vocab.entrySet()) {
            JsonPrimitive id = entry.getValue().getAsJsonPrimitive();
            double value = id.getAsDouble();
            if (value != Math.rint(value) || value < 0 || value >= size || tokens[(int) value] != null) {
                throw damaged("the id " + id + " of \"" + entry.getKey() + "\" is not one of 0 to " + (size - 1) + ", each once");
            }
            tokens[(int) value] = entry.getKey();
        }
        return new Vocabulary(Arrays.asList(tokens));
    }

    private static List<String> specials(JsonElement added) {
        List<String> specials = new ArrayList<>();
        if (added != null && added.isJsonArray()) {
            for (JsonElement token : added.getAsJsonArray()) {
                if (token.getAsJsonObject().get("special").getAsBoolean()) {
                    specials.add(token.getAsJsonObject().get("content").getAsString());
                }
            }
        }
        return specials;
    }

    static Problem damaged(String why) {
        return Problem.failed("cannot read the tokenizer", why, "give the tokenizer.json that belongs to the model");
    }
}
