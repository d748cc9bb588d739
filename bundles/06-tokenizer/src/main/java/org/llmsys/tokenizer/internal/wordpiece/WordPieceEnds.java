package org.llmsys.tokenizer.internal.wordpiece;

import java.util.List;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.llmsys.tokenizer.internal.Vocabulary;

/** What a {@code tokenizer.json} puts before and after a text: its section {@code post_processor}. */
final class WordPieceEnds {

    private WordPieceEnds() {
    }

    /** Reads BertProcessing, or the template for one text of TemplateProcessing; no section adds nothing. */
    static void read(JsonElement section, List<String> before, List<String> after) {
        if (section == null || section.isJsonNull()) {
            return;
        }
        if (WordPieceJson.isType(section, "BertProcessing")) {
            before.add(section.getAsJsonObject().getAsJsonArray("cls").get(0).getAsString());
            after.add(section.getAsJsonObject().getAsJsonArray("sep").get(0).getAsString());
        } else if (WordPieceJson.isType(section, "TemplateProcessing")) {
            template(section.getAsJsonObject().getAsJsonArray("single"), before, after);
        } else {
            throw WordPieceJson.unknownPart("post-processor", section);
        }
    }

    private static void template(JsonArray single, List<String> before, List<String> after) {
        boolean textSeen = false;
        for (JsonElement element : single) {
            JsonObject part = element.getAsJsonObject();
            if (part.has("Sequence")) {
                if (textSeen) {
                    throw WordPieceJson.damaged("its post-processor puts a text in twice");
                }
                textSeen = true;
            } else {
                (textSeen ? after : before).add(part.getAsJsonObject("SpecialToken").get("id").getAsString());
            }
        }
        if (!textSeen) {
            throw WordPieceJson.damaged("its post-processor leaves the text out");
        }
    }

    /** The section TemplateProcessing, or null when nothing is added. A pair of texts is the first with its ends, then the second with its last. */
    static JsonObject write(WordPieceSettings settings, Vocabulary vocabulary) {
        if (settings.before().isEmpty() && settings.after().isEmpty()) {
            return null;
        }
        JsonArray single = new JsonArray();
        settings.before().forEach(token -> single.add(part("SpecialToken", token, 0)));
        single.add(part("Sequence", "A", 0));
        settings.after().forEach(token -> single.add(part("SpecialToken", token, 0)));
        JsonArray pair = single.deepCopy();
        pair.add(part("Sequence", "B", 1));
        settings.after().forEach(token -> pair.add(part("SpecialToken", token, 1)));

        JsonObject tokens = new JsonObject();
        for (List<String> ends : List.of(settings.before(), settings.after())) {
            ends.forEach(token -> tokens.add(token, token(token, vocabulary.id(token).orElseThrow())));
        }
        JsonObject section = new JsonObject();
        section.addProperty("type", "TemplateProcessing");
        section.add("single", single);
        section.add("pair", pair);
        section.add("special_tokens", tokens);
        return section;
    }

    private static JsonObject part(String kind, String id, int segment) {
        JsonObject inner = new JsonObject();
        inner.addProperty("id", id);
        inner.addProperty("type_id", segment);
        JsonObject part = new JsonObject();
        part.add(kind, inner);
        return part;
    }

    private static JsonObject token(String content, int id) {
        JsonArray ids = new JsonArray();
        ids.add(id);
        JsonArray names = new JsonArray();
        names.add(content);
        JsonObject token = new JsonObject();
        token.addProperty("id", content);
        token.add("ids", ids);
        token.add("tokens", names);
        return token;
    }
}
