package org.llmsys.tokenizer.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.llmsys.assembly.Problem;

/**
 * Tokenizers with one entry a token, in the form of Hugging Face's {@code tokenizer.json}: model {@code WordLevel}, and a
 * pre-tokenizer that says how text is cut. Other tools open the same file. A part that is not implemented is refused by its name.
 *
 * @see <a href="https://huggingface.co/docs/tokenizers">Hugging Face tokenizers</a>
 */
final class WordLevelJson {

    static final String END_OF_TEXT = "<|endoftext|>";

    /** More entries than any published vocabulary; a file that claims more is refused. */
    private static final int MOST_TOKENS = 1 << 20;
    private static final String ANY_CHARACTER = "[\\s\\S]";
    private static final List<String> FLAGS = List.of("single_word", "lstrip", "rstrip", "normalized");

    /**
     * What a file says.
     *
     * @param added   tokens of the vocabulary that are found in a text before it is cut
     * @param unknown the token of what is in no vocabulary; need not be in it
     * @param words   how text is cut into words; empty when each character is a token
     */
    record Content(Vocabulary vocabulary, List<AddedWord> added, String unknown, Optional<Words> words) {

        Content {
            added = List.copyOf(added);
        }
    }

    private WordLevelJson() {
    }

    static String write(Content content) {
        JsonObject vocab = new JsonObject();
        List<String> tokens = content.vocabulary().tokens();
        for (int id = 0; id < tokens.size(); id++) {
            vocab.addProperty(tokens.get(id), id);
        }
        JsonObject model = new JsonObject();
        model.addProperty("type", "WordLevel");
        model.add("vocab", vocab);
        model.addProperty("unk_token", content.unknown());

        JsonArray added = new JsonArray();
        for (AddedWord token : content.added()) {
            JsonObject entry = new JsonObject();
            entry.addProperty("id", content.vocabulary().id(token.content()).orElseThrow());
            entry.addProperty("content", token.content());
            FLAGS.forEach(flag -> entry.addProperty(flag, false));
            entry.addProperty("special", token.special());
            added.add(entry);
        }

        JsonObject root = new JsonObject();
        root.addProperty("version", "1.0");
        root.add("added_tokens", added);
        root.add("pre_tokenizer", preTokenizer(content.words()));
        if (content.words().isEmpty()) {
            root.add("decoder", object("type", "Fuse"));
        }
        root.add("model", model);
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(root) + "\n";
    }

    private static JsonObject preTokenizer(Optional<Words> words) {
        if (words.isPresent()) {
            return object("type", words.get().name());
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

    /** Whether a file of this form cuts text into words, or into characters; empty when it is not of this form. */
    static Optional<Boolean> isCutIntoWords(String json) {
        if (ModelKind.isOther(json, "WordLevel")) {
            return Optional.empty();
        }
        try {
            JsonObject root = JsonParser.parseString(json).getAsJsonObject();
            if (!"WordLevel".equals(root.getAsJsonObject("model").get("type").getAsString())) {
                return Optional.empty();
            }
            JsonElement pre = root.get("pre_tokenizer");
            return preTokenizer(Optional.empty()).equals(pre) ? Optional.of(false) : words(pre).map(words -> true);
        } catch (RuntimeException | StackOverflowError notThisForm) {
            return Optional.empty();
        }
    }

    private static Optional<Words> words(JsonElement pre) {
        return Arrays.stream(Words.values()).filter(words -> preTokenizer(Optional.of(words)).equals(pre)).findFirst();
    }

    /** @throws Problem that says what is wrong with the file */
    static Content read(String json) {
        if (isCutIntoWords(json).isEmpty()) {
            throw damaged("it is not a WordLevel tokenizer cut by character or at white space");
        }
        try {
            JsonObject root = JsonParser.parseString(json).getAsJsonObject();
            JsonObject model = root.getAsJsonObject("model");
            Optional<Words> words = words(root.get("pre_tokenizer"));
            requireNone(root, "normalizer");
            requireNone(root, "post_processor");
            if (words.isPresent()) {
                requireNone(root, "decoder");
            } else if (!object("type", "Fuse").equals(root.get("decoder"))) {
                throw damaged("its decoder is not Fuse, which joins characters");
            }
            Map<Integer, String> tokens = new TreeMap<>();
            model.getAsJsonObject("vocab").entrySet().forEach(entry -> put(tokens, whole(entry.getValue()), entry.getKey()));
            List<AddedWord> added = added(root.get("added_tokens"), tokens);
            String unknown = model.has("unk_token") ? model.get("unk_token").getAsString() : WhitespaceTokenizer.UNKNOWN;
            return new Content(vocabulary(tokens), added, unknown, words);
        } catch (ClassCastException | IllegalStateException | NullPointerException | NumberFormatException | UnsupportedOperationException
                | IndexOutOfBoundsException e) {
            throw damaged("a field is missing or of the wrong type");
        }
    }

    private static void requireNone(JsonObject root, String section) {
        JsonElement part = root.get(section);
        if (part != null && !part.isJsonNull()) {
            throw damaged("the " + section.replace('_', '-') + " " + part.getAsJsonObject().get("type") + " is not implemented for WordLevel models");
        }
    }

    private static int whole(JsonElement id) {
        double value = id.getAsJsonPrimitive().getAsDouble();
        if (value != Math.rint(value) || value < 0 || value >= MOST_TOKENS) {
            throw damaged("the id " + id + " is not a whole number from 0 to " + (MOST_TOKENS - 1));
        }
        return (int) value;
    }

    private static void put(Map<Integer, String> tokens, int id, String token) {
        String old = tokens.put(id, token);
        if (old != null && !old.equals(token)) {
            throw damaged("the id " + id + " belongs to \"" + old + "\" and to \"" + token + "\"");
        }
    }

    /** Ids must be 0 to V-1, each once. */
    private static Vocabulary vocabulary(Map<Integer, String> tokens) {
        int due = 0;
        for (int id : tokens.keySet()) {
            if (id != due++) {
                throw damaged("the ids are not 0 to " + (tokens.size() - 1) + ", each once: " + id + " stands where " + (due - 1) + " is due");
            }
        }
        if (tokens.isEmpty()) {
            throw damaged("it has no tokens");
        }
        return new Vocabulary(List.copyOf(tokens.values()));
    }

    private static List<AddedWord> added(JsonElement section, Map<Integer, String> tokens) {
        List<AddedWord> added = new ArrayList<>();
        if (section == null || section.isJsonNull()) {
            return added;
        }
        for (JsonElement element : section.getAsJsonArray()) {
            JsonObject token = element.getAsJsonObject();
            String content = token.get("content").getAsString();
            for (String flag : FLAGS) {
                if (token.has(flag) && token.get(flag).getAsBoolean() && !flag.equals("normalized")) {     // nothing is normalized
                    throw damaged("the added token " + content + " has the property " + flag + ", which is not implemented for WordLevel models");
                }
            }
            if (content.isEmpty()) {
                throw damaged("an added token is empty");
            }
            put(tokens, whole(token.get("id")), content);
            added.add(new AddedWord(content, token.get("special").getAsBoolean()));
        }
        return added;
    }

    static Problem damaged(String why) {
        return Problem.failed("cannot read the tokenizer", why, "give the tokenizer.json that belongs to the model");
    }
}
