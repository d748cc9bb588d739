package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.internal.ModelKind;

/**
 * Hugging Face's {@code tokenizer.json} with a model BPE or Unigram over text whose spaces are U+2581. What it says is taken by its word:
 * a normalizer, pre-tokenizer, decoder or post-processor other than those below is refused by name.
 *
 * <pre>
 *   normalizer      Sequence of Prepend, Replace, Precompiled, Strip, Lowercase, StripAccents, NFC, NFD, NFKC, NFKD; or none
 *   pre_tokenizer   Sequence of Metaspace, WhitespaceSplit, Split at spaces; or none
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
        if (ModelKind.isOther(json, model)) {
            return false;
        }
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
        } catch (ClassCastException | IllegalStateException | NullPointerException | NumberFormatException | UnsupportedOperationException
                | IndexOutOfBoundsException e) {
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
        boolean bytes = flag(model, "byte_fallback");
        boolean merges = type.equals(SentencePieceBpeType.TYPE);
        List<Pieces.Piece> list = merges ? MetaspaceVocabulary.bpe(model, bytes) : MetaspaceVocabulary.unigram(model, bytes);
        List<AddedTokens.Token> added = MetaspaceVocabulary.added(root.get("added_tokens"), list);
        Pieces pieces = new Pieces(list);
        boolean fuse = !merges || flag(model, "fuse_unk");
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        MetaspaceVocabulary.template(root.get("post_processor"), pieces, before, after);
        int end = pieces.vocabulary().id("</s>").orElse(-1);
        JsonElement decoder = root.get("decoder");
        Preparation.HuggingFace preparation = new Preparation.HuggingFace(MetaspaceSteps.normalizers(root.get("normalizer")),
                MetaspaceSteps.preTokenizers(root.get("pre_tokenizer")), orNull(root.get("normalizer")), orNull(root.get("pre_tokenizer")),
                        orNull(decoder));
        boolean silent = pieces.unknown() < 0 || added.stream().anyMatch(token -> token.id() == pieces.unknown() && token.special());
        TextForm form = new TextForm(preparation, bytes, fuse, true, stripping(decoder), silent
                ? "" : pieces.get(pieces.unknown()).text().replace(Pieces.SPACE, ' '),
                before, after, end);
        return new SentencePieceTokenizer(type, pieces, form, added, merges ? MetaspaceVocabulary.rules(model, pieces) : null);
    }

    private static JsonElement orNull(JsonElement element) {
        return element == null ? JsonNull.INSTANCE : element;
    }

    private static TextForm.Stripping stripping(JsonElement decoder) {
        if (KEEPING.equals(decoder)) {
            return TextForm.Stripping.NONE;
        }
        if (STRIPPING.equals(decoder)) {
            return TextForm.Stripping.FIRST;
        }
        if (isNull(decoder) || !decoder.getAsJsonObject().get("type").getAsString().equals("Metaspace")
                || !decoder.getAsJsonObject().get("replacement").getAsString().equals(BAR)) {
            throw notImplemented("decoder", decoder);
        }
        return MetaspaceSteps.scheme(decoder.getAsJsonObject()) == TextStep.Scheme.NEVER ? TextForm.Stripping.NONE : TextForm.Stripping.FIRST_PIECE;
    }

    /** The spaces of SentencePiece that are written as these steps write them, if there are such. */
    static Optional<Spacing> spacing(Preparation.HuggingFace as) {
        boolean prefix = PREPEND.equals(as.normalizer());
        return as.preTokenizer().isJsonNull() && (prefix || REPLACE.equals(as.normalizer())) ? Optional.of(new Spacing(prefix,
                false)) : Optional.empty();
    }

    static String write(SentencePieceTokenizer tokenizer) {
        TextForm form = tokenizer.form();
        Pieces pieces = tokenizer.pieces();
        JsonObject root = new JsonObject();
        root.addProperty("version", "1.0");
        root.add("truncation", JsonNull.INSTANCE);
        root.add("padding", JsonNull.INSTANCE);
        root.add("added_tokens", MetaspaceVocabulary.added(tokenizer));
        Preparation.HuggingFace preparation = switch (form.preparation()) {
            case Preparation.HuggingFace as -> as;
            case Preparation.SentencePiece as -> preparation(as, pieces);
        };
        root.add("normalizer", preparation.normalizer());
        root.add("pre_tokenizer", preparation.preTokenizer());
        root.add("post_processor", MetaspaceVocabulary.template(pieces, form));
        root.add("decoder", preparation.decoder());
        root.add("model", MetaspaceVocabulary.model(tokenizer));
        return new GsonBuilder().serializeNulls().disableHtmlEscaping().setPrettyPrinting().create().toJson(root) + "\n";
    }

    /** Llama's normalizer and decoder, which say the same as SentencePiece where nothing else is asked for. */
    private static Preparation.HuggingFace preparation(Preparation.SentencePiece as, Pieces pieces) {
        Spacing spacing = as.spacing();
        List<PieceType> kept = List.of(PieceType.NORMAL, PieceType.UNKNOWN, PieceType.CONTROL, PieceType.BYTE);
        if (!spacing.equals(new Spacing(spacing.prefix(), false)) || as.map() != null
                || pieces.all().stream().anyMatch(piece -> !kept.contains(piece.type()))) {
            throw Problem.failed("cannot write the tokenizer as tokenizer.json",
                    "it has a compiled character map, removes extra spaces, puts spaces after words, "
                    + "or has pieces that are user-defined or unused, and that form would cut some texts otherwise",
                    "write it as tokenizer.model, or keep the file that it was read from");
        }
        return new Preparation.HuggingFace(List.of(), List.of(), spacing.prefix() ? PREPEND : REPLACE, JsonNull.INSTANCE,
                spacing.prefix() ? STRIPPING : KEEPING);
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
