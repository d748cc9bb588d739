package org.llmsys.tokenizer.internal.wordpiece;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/** Writes a WordPiece tokenizer as Hugging Face's {@code tokenizer.json}, which other tools open too. */
final class WordPieceJsonWriter {

    private WordPieceJsonWriter() {
    }

    static String write(WordPieceTokenizer tokenizer) {
        WordPieceSettings settings = tokenizer.settings();
        JsonObject root = new JsonObject();
        root.addProperty("version", "1.0");
        root.add("truncation", null);
        root.add("padding", null);
        root.add("added_tokens", addedTokens(tokenizer));
        root.add("normalizer", settings.normalizer().equals(BertNormalizer.NONE) ? null : normalizer(settings.normalizer()));
        root.add("pre_tokenizer", section("BertPreTokenizer"));
        root.add("post_processor", WordPieceEnds.write(settings, tokenizer.vocabulary()));
        root.add("decoder", decoder(settings));
        root.add("model", model(tokenizer));
        return new GsonBuilder().serializeNulls().setPrettyPrinting().disableHtmlEscaping().create().toJson(root) + "\n";
    }

    private static JsonArray addedTokens(WordPieceTokenizer tokenizer) {
        JsonArray tokens = new JsonArray();
        for (AddedToken added : tokenizer.added()) {
            JsonObject token = new JsonObject();
            token.addProperty("id", tokenizer.vocabulary().id(added.content()).orElseThrow());
            token.addProperty("content", added.content());
            token.addProperty("single_word", added.singleWord());
            token.addProperty("lstrip", added.leftStrip());
            token.addProperty("rstrip", added.rightStrip());
            token.addProperty("normalized", false);
            token.addProperty("special", added.special());
            tokens.add(token);
        }
        return tokens;
    }

    private static JsonObject normalizer(BertNormalizer flags) {
        JsonObject normalizer = section("BertNormalizer");
        normalizer.addProperty("clean_text", flags.cleanText());
        normalizer.addProperty("handle_chinese_chars", flags.ideographs());
        normalizer.addProperty("strip_accents", flags.stripAccents());
        normalizer.addProperty("lowercase", flags.lowerCase());
        return normalizer;
    }

    private static JsonObject decoder(WordPieceSettings settings) {
        JsonObject decoder = section(WordPieceJson.MODEL);
        decoder.addProperty("prefix", settings.prefix());
        decoder.addProperty("cleanup", settings.cleanup());
        return decoder;
    }

    private static JsonObject model(WordPieceTokenizer tokenizer) {
        JsonObject vocab = new JsonObject();
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            if (tokenizer.isPiece(id)) {
                vocab.addProperty(tokenizer.token(id), id);
            }
        }
        JsonObject model = section(WordPieceJson.MODEL);
        model.addProperty("unk_token", tokenizer.settings().unknown());
        model.addProperty("continuing_subword_prefix", tokenizer.settings().prefix());
        model.addProperty("max_input_chars_per_word", tokenizer.settings().maxCharacters());
        model.add("vocab", vocab);
        return model;
    }

    private static JsonObject section(String type) {
        JsonObject section = new JsonObject();
        section.addProperty("type", type);
        return section;
    }
}
