package org.llmsys.tokenizer.internal.bytepair;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.internal.ModelKind;
import org.llmsys.tokenizer.internal.bytepair.BytePairModel.Rule;

/**
 * Byte-level BPE in the form of Hugging Face's {@code tokenizer.json}: model {@code BPE}, decoder {@code ByteLevel}, text cut as
 * {@link CutJson} says. Anything else in the file is refused by name. {@code truncation} and {@code padding} are settings of a batch, not
 * of the tokenizer, and are skipped.
 *
 * @see <a href="https://huggingface.co/docs/tokenizers">Hugging Face tokenizers</a>
 */
final class ByteBpeJson {

    /** What a file says. */
    record Content(BytePairModel model, TextSettings settings, List<AddedToken> added) {
    }

    private ByteBpeJson() {
    }

    /** The file's content if it is byte-level BPE, or null. */
    static JsonObject recognize(String json) {
        if (ModelKind.isOther(json, "BPE")) {
            return null;
        }
        try {
            JsonObject root = JsonParser.parseString(json).getAsJsonObject();
            boolean model = "BPE".equals(HfFields.type(root.get("model")));
            boolean byteLevel = isByteLevel(root.get("pre_tokenizer")) || isByteLevel(root.get("decoder"));
            return model && byteLevel ? root : null;
        } catch (RuntimeException | StackOverflowError notThisForm) {
            return null;
        }
    }

    private static boolean isByteLevel(JsonElement part) {
        if (part == null || !part.isJsonObject()) {
            return false;
        }
        JsonElement sequence = part.getAsJsonObject().get("pretokenizers");
        if (sequence != null && sequence.isJsonArray()) {
            return sequence.getAsJsonArray().asList().stream().anyMatch(ByteBpeJson::isByteLevel);
        }
        return "ByteLevel".equals(HfFields.type(part));
    }

    /** @throws Problem that says what is wrong with the file, or which part of it is not implemented */
    static Content read(String json) {
        JsonObject root = recognize(json);
        if (root == null) {
            throw HfFields.damaged("it is not a tokenizer.json of model type BPE with ByteLevel");
        }
        try {
            List<AddedToken> added = addedTokens(root.get("added_tokens"));
            if (!"ByteLevel".equals(HfFields.absent(root, "decoder") ? "" : HfFields.type(root.get("decoder")))) {
                throw HfFields.notKnown("decoder", HfFields.absent(root, "decoder") ? "missing" : HfFields.type(root.get("decoder")));
            }
            return new Content(model(root.getAsJsonObject("model"), added), ByteBpeText.read(root), added);
        } catch (ClassCastException | IllegalStateException | NullPointerException | UnsupportedOperationException | NumberFormatException
                | IndexOutOfBoundsException e) {
            throw HfFields.damaged("a field is missing or of the wrong type");
        }
    }

    private static BytePairModel model(JsonObject model, List<AddedToken> added) {
        for (String field : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            if (!HfFields.absent(model, field) && !model.get(field).getAsString().isEmpty()) {
                throw HfFields.notKnown("model's " + field, model.get(field).getAsString());
            }
        }
        if (!HfFields.absent(model, "dropout") && model.get("dropout").getAsDouble() != 0) {
            throw HfFields.notKnown("model's dropout", model.get("dropout").getAsString());
        }
        List<String[]> merges = new ArrayList<>();
        for (JsonElement merge : model.getAsJsonArray("merges")) {
            if (merge.isJsonArray() && merge.getAsJsonArray().size() == 2) {
                merges.add(new String[] {merge.getAsJsonArray().get(0).getAsString(), merge.getAsJsonArray().get(1).getAsString()});
            } else {
                merges.add(VocabAndMerges.parts(merge.getAsString()));
            }
        }
        Map<String, Integer> vocabulary = HfFields.vocabulary(model.getAsJsonObject("vocab"));
        BytePairModel read = VocabAndMerges.model(vocabulary, merges, added, HfFields.flag(model, "ignore_merges", false));
        // what to do with an unknown byte matters only when there is one
        if (Arrays.stream(read.byteIds()).anyMatch(id -> id < 0)) {
            if (HfFields.flag(model, "byte_fallback", false)) {
                throw HfFields.notKnown("model's byte_fallback", "true, and the vocabulary lacks bytes");
            }
            if (!HfFields.absent(model, "unk_token") && !HfFields.text(model, "unk_token").isEmpty()) {
                throw HfFields.notKnown("model's unk_token", HfFields.text(model, "unk_token") + ", and the vocabulary lacks bytes");
            }
        }
        return read;
    }

    private static List<AddedToken> addedTokens(JsonElement list) {
        List<AddedToken> added = new ArrayList<>();
        if (list == null || list.isJsonNull()) {
            return added;
        }
        for (JsonElement element : list.getAsJsonArray()) {
            JsonObject token = element.getAsJsonObject();
            String content = HfFields.text(token, "content");
            boolean special = HfFields.flag(token, "special", false);
            added.add(new AddedToken(HfFields.id(token.get("id"), content), content, special, HfFields.flag(token, "lstrip", false),
                    HfFields.flag(token, "rstrip", false), HfFields.flag(token, "single_word", false), HfFields.flag(token, "normalized", !special)));
        }
        return added;
    }

    static String write(BytePairTokenizer tokenizer) {
        JsonArray added = new JsonArray();
        for (AddedToken token : tokenizer.added()) {
            JsonObject entry = new JsonObject();
            entry.addProperty("id", token.id());
            entry.addProperty("content", token.content());
            entry.addProperty("single_word", token.singleWord());
            entry.addProperty("lstrip", token.leftStrip());
            entry.addProperty("rstrip", token.rightStrip());
            entry.addProperty("normalized", token.normalized());
            entry.addProperty("special", token.special());
            added.add(entry);
        }
        JsonObject root = new JsonObject();
        root.addProperty("version", "1.0");
        root.add("added_tokens", added);
        ByteBpeText.write(tokenizer, root);
        root.add("model", model(tokenizer.model()));
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(root) + "\n";
    }

    private static JsonObject model(BytePairModel model) {
        JsonObject vocab = new JsonObject();
        for (int id = 0; id < model.tokens().size(); id++) {
            if (model.tokens().length(id) > 0) {
                vocab.addProperty(ByteAlphabet.write(model.tokens().bytes(id)), id);
            }
        }
        JsonArray merges = new JsonArray();
        for (Rule rule : model.rules()) {
            merges.add(ByteAlphabet.write(model.tokens().bytes(rule.left())) + " " + ByteAlphabet.write(model.tokens().bytes(rule.right())));
        }
        JsonObject object = new JsonObject();
        object.addProperty("type", "BPE");
        object.add("dropout", null);
        object.add("unk_token", null);
        object.addProperty("byte_fallback", false);
        object.addProperty("ignore_merges", model.anyWhole());
        object.add("vocab", vocab);
        object.add("merges", merges);
        return object;
    }
}
