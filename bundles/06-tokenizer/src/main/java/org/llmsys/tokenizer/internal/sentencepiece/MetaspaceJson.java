package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import org.llmsys.assembly.Problem;

/**
 * Hugging Face's {@code tokenizer.json} with a model BPE or Unigram over text whose spaces are U+2581. What it says is taken by its word:
 * a normalizer, pre-tokenizer, decoder or post-processor other than those below is refused by name.
 *
 * <pre>
 *   normalizer      Prepend and Replace, Replace alone, or none
 *   pre_tokenizer   Metaspace, or none
 *   decoder         Replace, ByteFallback, Fuse, Strip; or Metaspace
 *   post_processor  TemplateProcessing with special tokens around the text, or none
 * </pre>
 */
final class MetaspaceJson {

    private static final String BAR = String.valueOf(Pieces.SPACE);
    private static final JsonElement REPLACE = parse("{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"" + BAR + "\"}");
    private static final JsonElement PREPEND = parse("{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"" + BAR + "\"},"
            + REPLACE + "]}");
    private static final String BYTES = "{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Replace\",\"pattern\":{\"String\":\"" + BAR
            + "\"},\"content\":\" \"},{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"}";
    private static final JsonElement KEEPING = parse(BYTES + "]}");
    private static final JsonElement STRIPPING = parse(BYTES + ",{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]}");

    private MetaspaceJson() {
    }

    private static JsonElement parse(String json) {
        return JsonParser.parseString(json);
    }

    /** Whether this is such a file for the given model. */
    static boolean reads(String json, String model) {
        try {
            JsonObject root = parse(json).getAsJsonObject();
            String parts = "" + root.get("normalizer") + root.get("pre_tokenizer") + root.get("decoder");
            return root.getAsJsonObject("model").get("type").getAsString().equals(model) && (model.equals("Unigram") || parts.contains(BAR));
        } catch (RuntimeException | StackOverflowError notThisForm) {
            return false;
        }
    }

    /** @throws Problem that says what is wrong with the file, or not implemented */
    static SentencePieceTokenizer read(String json, String type, String model) {
        if (!reads(json, model)) {
            throw Pieces.damaged("it is not a " + model + " tokenizer with spaces as " + BAR);
        }
        try {
            return read(parse(json).getAsJsonObject(), type);
        } catch (ClassCastException | IllegalStateException | NullPointerException | NumberFormatException | UnsupportedOperationException e) {
            throw Pieces.damaged("a field is missing or of the wrong type");
        }
    }

    private static SentencePieceTokenizer read(JsonObject root, String type) {
        JsonObject model = root.getAsJsonObject("model");
        for (String field : List.of("dropout", "continuing_subword_prefix", "end_of_word_suffix")) {
            if (!isNull(model.get(field)) && !model.get(field).equals(new JsonPrimitive(""))) {
                throw notImplemented("model's " + field, model.get(field));
            }
        }
        if (flag(model, "ignore_merges")) {
            throw notImplemented("model's ignore_merges", model.get("ignore_merges"));
        }
        Map<String, Integer> specials = new LinkedHashMap<>();
        boolean bytes = flag(model, "byte_fallback");
        boolean merges = type.equals(SentencePieceBpeType.TYPE);
        List<Pieces.Piece> list = merges ? MetaspaceVocabulary.bpe(model, bytes) : MetaspaceVocabulary.unigram(model, bytes);
        MetaspaceVocabulary.added(root.get("added_tokens"), list, specials);
        Pieces pieces = new Pieces(list);
        boolean fuse = !merges || flag(model, "fuse_unk");
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        MetaspaceVocabulary.template(root.get("post_processor"), pieces, before, after);
        int end = pieces.vocabulary().id("</s>").orElse(-1);
        TextForm form = new TextForm(spacing(root), bytes, fuse, true, "", before, after, end);
        return new SentencePieceTokenizer(type, pieces, form, specials, merges ? MetaspaceVocabulary.rules(model, pieces) : null);
    }

    private static Spacing spacing(JsonObject root) {
        JsonElement normalizer = root.get("normalizer");
        JsonElement pre = root.get("pre_tokenizer");
        Spacing spacing;
        if (!isNull(pre)) {
            if (!isNull(normalizer) || !pre.getAsJsonObject().get("type").getAsString().equals("Metaspace")
                    || !pre.getAsJsonObject().get("replacement").getAsString().equals(BAR)) {
                throw notImplemented(isNull(normalizer) ? "pre-tokenizer" : "normalizer before a pre-tokenizer", isNull(normalizer) ? pre : normalizer);
            }
            spacing = metaspace(pre.getAsJsonObject());
        } else if (PREPEND.equals(normalizer)) {
            spacing = Spacing.LLAMA;
        } else if (REPLACE.equals(normalizer)) {
            spacing = new Spacing(Spacing.Prefix.NONE, false, false, false);
        } else {
            throw notImplemented("normalizer", normalizer);
        }
        JsonElement decoder = root.get("decoder");
        boolean strips = STRIPPING.equals(decoder) || !isNull(decoder) && decoder.isJsonObject()
                && decoder.getAsJsonObject().get("type").getAsString().equals("Metaspace") && metaspace(decoder.getAsJsonObject()).prefix() != Spacing.Prefix.NONE;
        if (!strips && !KEEPING.equals(decoder) || strips != (spacing.prefix() != Spacing.Prefix.NONE)) {
            throw notImplemented("decoder", decoder);
        }
        return spacing;
    }

    private static Spacing metaspace(JsonObject part) {
        boolean splits = !part.has("split") || part.get("split").getAsBoolean();
        String scheme = part.has("prepend_scheme") ? part.get("prepend_scheme").getAsString()
                : !part.has("add_prefix_space") || part.get("add_prefix_space").getAsBoolean() ? "always" : "never";
        Spacing.Prefix prefix = switch (scheme) {
            case "always" -> Spacing.Prefix.EVERY;
            case "first" -> Spacing.Prefix.FIRST;
            case "never" -> Spacing.Prefix.NONE;
            default -> throw notImplemented("Metaspace's prepend_scheme", part.get("prepend_scheme"));
        };
        return new Spacing(prefix, true, false, splits);
    }

    static String write(SentencePieceTokenizer tokenizer) {
        TextForm form = tokenizer.form();
        Spacing spacing = form.spacing();
        Pieces pieces = tokenizer.pieces();
        List<PieceType> kept = Arrays.asList(PieceType.NORMAL, PieceType.UNKNOWN, PieceType.CONTROL, PieceType.BYTE);
        boolean metaspace = spacing.unlessThere() || spacing.cutBeforeSpaces();
        if (spacing.removeExtra() || !form.bytesTogether() && pieces.all().stream().anyMatch(piece -> !kept.contains(piece.type()))) {
            throw Problem.failed("cannot write the tokenizer as tokenizer.json", "it removes extra spaces, or has pieces that are user-defined or unused, "
                    + "and that form would cut some texts otherwise", "keep the file that it was read from");
        }
        JsonObject root = new JsonObject();
        root.addProperty("version", "1.0");
        root.add("truncation", JsonNull.INSTANCE);
        root.add("padding", JsonNull.INSTANCE);
        root.add("added_tokens", MetaspaceVocabulary.added(tokenizer));
        root.add("normalizer", metaspace ? JsonNull.INSTANCE : spacing.prefix() == Spacing.Prefix.NONE ? REPLACE : PREPEND);
        root.add("pre_tokenizer", metaspace ? metaspace(spacing) : JsonNull.INSTANCE);
        root.add("post_processor", MetaspaceVocabulary.template(pieces, form));
        root.add("decoder", spacing.prefix() == Spacing.Prefix.NONE ? KEEPING : STRIPPING);
        root.add("model", MetaspaceVocabulary.model(tokenizer));
        return new GsonBuilder().serializeNulls().disableHtmlEscaping().setPrettyPrinting().create().toJson(root) + "\n";
    }

    private static JsonObject metaspace(Spacing spacing) {
        JsonObject part = new JsonObject();
        part.addProperty("type", "Metaspace");
        part.addProperty("replacement", BAR);
        part.addProperty("prepend_scheme", switch (spacing.prefix()) {
            case EVERY -> "always";
            case FIRST -> "first";
            case NONE -> "never";
        });
        part.addProperty("split", spacing.cutBeforeSpaces());
        return part;
    }

    static boolean isNull(JsonElement element) {
        return element == null || element.isJsonNull();
    }

    static boolean flag(JsonObject object, String field) {
        return !isNull(object.get(field)) && object.get(field).getAsBoolean();
    }

    static Problem notImplemented(String part, JsonElement what) {
        String name = isNull(what) ? "missing" : what.isJsonObject() && what.getAsJsonObject().has("type")
                ? what.getAsJsonObject().get("type").toString() : what.toString();
        return Pieces.damaged("its " + part + " is " + name.substring(0, Math.min(80, name.length())) + " in a form that is not implemented here");
    }
}
