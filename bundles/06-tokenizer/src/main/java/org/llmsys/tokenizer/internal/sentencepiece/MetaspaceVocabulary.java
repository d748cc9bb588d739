package org.llmsys.tokenizer.internal.sentencepiece;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import org.llmsys.tokenizer.internal.sentencepiece.PieceMerges.Rule;

/** The parts of {@link MetaspaceJson} that hold pieces: the model, the added tokens and the template. */
final class MetaspaceVocabulary {

    private MetaspaceVocabulary() {
    }

    /** {@code "vocab": {"piece": id}}; ids must be 0 to V-1, each once, added tokens included. */
    static List<Pieces.Piece> bpe(JsonObject model, boolean bytes) {
        JsonObject vocab = model.getAsJsonObject("vocab");
        if (vocab.size() > Pieces.MOST) {
            throw Pieces.damaged("it has " + vocab.size() + " pieces; " + Pieces.MOST + " are possible");
        }
        String unknown = MetaspaceJson.isNull(model.get("unk_token")) ? null : model.get("unk_token").getAsString();
        Pieces.Piece[] pieces = new Pieces.Piece[vocab.size()];
        for (Map.Entry<String, JsonElement> entry : vocab.entrySet()) {
            double id = entry.getValue().getAsDouble();
            if (id != Math.rint(id) || id < 0 || id >= pieces.length || pieces[(int) id] != null) {
                throw Pieces.damaged("the id " + entry.getValue() + " of \"" + entry.getKey() + "\" is not one of 0 to " + (pieces.length - 1)
                        + ", each once");
            }
            pieces[(int) id] = new Pieces.Piece(entry.getKey(), 0, typeOf(entry.getKey(), entry.getKey().equals(unknown), bytes));
        }
        return new ArrayList<>(Arrays.asList(pieces));
    }

    /** {@code "vocab": [["piece", score]]}. */
    static List<Pieces.Piece> unigram(JsonObject model, boolean bytes) {
        List<Pieces.Piece> pieces = new ArrayList<>();
        int unknown = MetaspaceJson.isNull(model.get("unk_id")) ? -1 : model.get("unk_id").getAsInt();
        for (JsonElement element : model.getAsJsonArray("vocab")) {
            String text = element.getAsJsonArray().get(0).getAsString();
            pieces.add(new Pieces.Piece(text, element.getAsJsonArray().get(1).getAsDouble(), typeOf(text, pieces.size() == unknown, bytes)));
        }
        return pieces;
    }

    private static PieceType typeOf(String text, boolean unknown, boolean bytes) {
        return unknown ? PieceType.UNKNOWN : bytes && Pieces.isByte(text) ? PieceType.BYTE : PieceType.NORMAL;
    }

    /** Special tokens become control pieces; a token that the model lacks gets the next id. */
    static List<AddedTokens.Token> added(JsonElement list, List<Pieces.Piece> pieces) {
        List<AddedTokens.Token> tokens = new ArrayList<>();
        if (MetaspaceJson.isNull(list)) {
            return tokens;
        }
        for (JsonElement element : list.getAsJsonArray()) {
            JsonObject token = element.getAsJsonObject();
            tokens.add(new AddedTokens.Token(token.get("content").getAsString(), token.get("id").getAsInt(), MetaspaceJson.flag(token, "special"),
                    MetaspaceJson.flag(token, "normalized"), MetaspaceJson.flag(token, "single_word"), MetaspaceJson.flag(token, "lstrip"),
                    MetaspaceJson.flag(token, "rstrip")));
        }
        tokens.sort(Comparator.comparingInt(AddedTokens.Token::id));
        for (AddedTokens.Token token : tokens) {
            int id = token.id();
            if (token.content().isEmpty() || id < 0 || id > pieces.size() || id < pieces.size() && !pieces.get(id).text().equals(token.content())) {
                throw Pieces.damaged("the added token \"" + token.content() + "\" has the id " + id + ", which is another piece's or leaves a gap");
            }
            if (id == pieces.size()) {
                pieces.add(new Pieces.Piece(token.content(), 0, token.special() ? PieceType.CONTROL : PieceType.USER_DEFINED));
            } else if (pieces.get(id).type() == PieceType.NORMAL && token.special()) {
                pieces.set(id, new Pieces.Piece(token.content(), pieces.get(id).score(), PieceType.CONTROL));
            }
        }
        return tokens;
    }

    /** {@code "merges": ["a b"]} or {@code [["a", "b"]]}. */
    static List<Rule> rules(JsonObject model, Pieces pieces) {
        List<Rule> rules = new ArrayList<>();
        for (JsonElement merge : model.getAsJsonArray("merges")) {
            String[] parts = merge.isJsonArray() ? new String[] {merge.getAsJsonArray().get(0).getAsString(),
                    merge.getAsJsonArray().get(1).getAsString()}
                    : merge.getAsString().split(" ", 3);
            if (parts.length != 2) {
                throw Pieces.damaged("the merge " + merge + " has not two parts");
            }
            rules.add(new Rule(id(parts[0], pieces, merge), id(parts[1], pieces, merge), id(parts[0] + parts[1], pieces, merge)));
        }
        return rules;
    }

    private static int id(String text, Pieces pieces, JsonElement merge) {
        return pieces.vocabulary().id(text).orElseThrow(() -> Pieces.damaged("the merge " + merge + " needs \"" + text + "\", which is no piece"));
    }

    /** Special tokens before and after the text. */
    static void template(JsonElement processor, Pieces pieces, List<Integer> before, List<Integer> after) {
        if (MetaspaceJson.isNull(processor)) {
            return;
        }
        if (!processor.getAsJsonObject().get("type").getAsString().equals("TemplateProcessing")) {
            throw MetaspaceJson.notImplemented("post-processor", processor);
        }
        List<Integer> side = before;
        for (JsonElement part : processor.getAsJsonObject().getAsJsonArray("single")) {
            JsonObject special = part.getAsJsonObject().getAsJsonObject("SpecialToken");
            if (special == null) {
                side = after;
                continue;
            }
            String token = special.get("id").getAsString();
            side.add(pieces.vocabulary().id(token).orElseThrow(() -> Pieces.damaged("the post-processor adds \"" + token + "\", which is no piece")));
        }
    }

    static JsonElement template(Pieces pieces, TextForm form) {
        if (form.before().isEmpty() && form.after().isEmpty()) {
            return JsonNull.INSTANCE;
        }
        JsonArray single = new JsonArray();
        JsonArray pair = new JsonArray();
        JsonObject tokens = new JsonObject();
        for (String sequence : List.of("A", "B")) {
            JsonArray parts = new JsonArray();
            form.before().forEach(id -> parts.add(special(pieces.get(id).text(), id, sequence, tokens)));
            parts.add(part("Sequence", sequence, sequence));
            form.after().forEach(id -> parts.add(special(pieces.get(id).text(), id, sequence, tokens)));
            pair.addAll(parts);
            if (sequence.equals("A")) {
                single.addAll(parts);
            }
        }
        JsonObject template = new JsonObject();
        template.addProperty("type", "TemplateProcessing");
        template.add("single", single);
        template.add("pair", pair);
        template.add("special_tokens", tokens);
        return template;
    }

    private static JsonObject special(String token, int id, String sequence, JsonObject tokens) {
        JsonObject entry = new JsonObject();
        entry.addProperty("id", token);
        JsonArray ids = new JsonArray();
        ids.add(id);
        entry.add("ids", ids);
        JsonArray texts = new JsonArray();
        texts.add(token);
        entry.add("tokens", texts);
        tokens.add(token, entry);
        return part("SpecialToken", token, sequence);
    }

    private static JsonObject part(String kind, String id, String sequence) {
        JsonObject content = new JsonObject();
        content.addProperty("id", id);
        content.addProperty("type_id", sequence.equals("A") ? 0 : 1);
        JsonObject part = new JsonObject();
        part.add(kind, content);
        return part;
    }

    static JsonArray added(SentencePieceTokenizer tokenizer) {
        List<AddedTokens.Token> tokens = new ArrayList<>(tokenizer.added());
        tokens.addAll(tokenizer.normalizedAdded());
        tokens.sort(Comparator.comparingInt(AddedTokens.Token::id));
        JsonArray added = new JsonArray();
        for (AddedTokens.Token token : tokens) {
            JsonObject entry = new JsonObject();
            entry.addProperty("id", token.id());
            entry.addProperty("content", tokenizer.pieces().get(token.id()).text());
            entry.addProperty("single_word", token.singleWord());
            entry.addProperty("lstrip", token.lstrip());
            entry.addProperty("rstrip", token.rstrip());
            entry.addProperty("normalized", token.normalized());
            entry.addProperty("special", token.special());
            added.add(entry);
        }
        return added;
    }

    static JsonObject model(SentencePieceTokenizer tokenizer) {
        boolean merges = tokenizer.type().equals(SentencePieceBpeType.TYPE);
        Pieces pieces = tokenizer.pieces();
        JsonObject model = new JsonObject();
        model.addProperty("type", merges ? "BPE" : "Unigram");
        if (!merges) {
            model.add("unk_id", pieces.unknown() < 0 ? JsonNull.INSTANCE : new com.google.gson.JsonPrimitive(pieces.unknown()));
            JsonArray vocab = new JsonArray();
            for (Pieces.Piece piece : pieces.all()) {
                JsonArray entry = new JsonArray();
                entry.add(piece.text());
                entry.add(piece.score());
                vocab.add(entry);
            }
            model.add("vocab", vocab);
            model.addProperty("byte_fallback", tokenizer.form().byteFallback());
            return model;
        }
        for (String field : List.of("dropout", "continuing_subword_prefix", "end_of_word_suffix")) {
            model.add(field, JsonNull.INSTANCE);
        }
        model.addProperty("unk_token", pieces.unknown() < 0 ? null : pieces.get(pieces.unknown()).text());
        model.addProperty("fuse_unk", tokenizer.form().fuseUnknown());
        model.addProperty("byte_fallback", tokenizer.form().byteFallback());
        model.addProperty("ignore_merges", false);
        JsonObject vocab = new JsonObject();
        for (int id = 0; id < pieces.size(); id++) {
            vocab.addProperty(pieces.get(id).text(), id);
        }
        model.add("vocab", vocab);
        JsonArray list = new JsonArray();
        for (Rule rule : tokenizer.rules()) {
            list.add(pieces.get(rule.left()).text() + " " + pieces.get(rule.right()).text());
        }
        model.add("merges", list);
        return model;
    }
}
