package org.llmsys.tokenizer.internal.bytepair;

import java.util.ArrayList;
import java.util.List;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.llmsys.assembly.Problem;

/** The parts of a {@code tokenizer.json} that say what happens around the merging: normalizer, cut, tokens put around a text. */
final class ByteBpeText {

    private ByteBpeText() {
    }

    /** @throws Problem that names a part which is not implemented */
    static TextSettings read(JsonObject root) {
        boolean nfc = false;
        if (!HfFields.absent(root, "normalizer")) {
            String normalizer = HfFields.type(root.get("normalizer"));
            if (!normalizer.equals("NFC")) {
                throw HfFields.notKnown("normalizer", normalizer);
            }
            nfc = true;
        }
        if (HfFields.absent(root, "pre_tokenizer")) {
            throw HfFields.notKnown("pre-tokenizer", "missing");
        }
        List<JsonObject> steps = steps(root.getAsJsonObject("pre_tokenizer"), "Sequence", "pretokenizers");
        Cut cut = CutJson.read(steps);
        boolean prefixSpace = HfFields.type(steps.getFirst()).equals("ByteLevel") && HfFields.flag(steps.getFirst(), "add_prefix_space", true);
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        if (!HfFields.absent(root, "post_processor")) {
            for (JsonObject step : steps(root.getAsJsonObject("post_processor"), "Sequence", "processors")) {
                around(step, before, after);
            }
        }
        return new TextSettings(cut, nfc, prefixSpace, List.copyOf(before), List.copyOf(after));
    }

    /** The parts of a sequence, or the one part. */
    private static List<JsonObject> steps(JsonObject part, String sequence, String field) {
        if (!HfFields.type(part).equals(sequence)) {
            return List.of(part);
        }
        List<JsonObject> steps = part.getAsJsonArray(field).asList().stream().map(JsonElement::getAsJsonObject).toList();
        if (steps.isEmpty()) {
            throw HfFields.damaged("a " + sequence + " of it is empty");
        }
        return steps;
    }

    /** What one step puts around what the steps before it have made: special tokens, the text, special tokens. */
    private static void around(JsonObject step, List<Integer> before, List<Integer> after) {
        String type = HfFields.type(step);
        switch (type) {
            case "ByteLevel" -> {
                // trims offsets only
            }
            case "RobertaProcessing", "BertProcessing" -> {
                before.addFirst(HfFields.id(step.getAsJsonArray("cls").get(1), "cls"));
                after.add(HfFields.id(step.getAsJsonArray("sep").get(1), "sep"));
            }
            case "TemplateProcessing" -> template(step, before, after);
            default -> throw HfFields.notKnown("post-processor", type);
        }
    }

    private static void template(JsonObject step, List<Integer> before, List<Integer> after) {
        List<Integer> first = new ArrayList<>();
        boolean seen = false;
        for (JsonElement element : step.getAsJsonArray("single")) {
            JsonObject piece = element.getAsJsonObject();
            if (piece.has("Sequence")) {
                if (seen) {
                    throw HfFields.notKnown("post-processor TemplateProcessing", "one that repeats the text");
                }
                seen = true;
                continue;
            }
            String name = HfFields.text(piece.getAsJsonObject("SpecialToken"), "id");
            for (JsonElement id : step.getAsJsonObject("special_tokens").getAsJsonObject(name).getAsJsonArray("ids")) {
                (seen ? after : first).add(HfFields.id(id, name));
            }
        }
        if (!seen) {
            throw HfFields.damaged("its TemplateProcessing leaves the text out");
        }
        before.addAll(0, first);
    }

    static void write(BytePairTokenizer tokenizer, JsonObject root) {
        TextSettings settings = tokenizer.settings();
        if (settings.nfc()) {
            root.add("normalizer", CutJson.object("NFC"));
        }
        root.add("pre_tokenizer", CutJson.write(settings.cut(), settings.prefixSpace()));
        root.add("decoder", CutJson.byteLevel(true, true));
        if (!settings.before().isEmpty() || !settings.after().isEmpty()) {
            root.add("post_processor", CutJson.sequence("processors", List.of(CutJson.byteLevel(true, true), template(tokenizer))));
        }
    }

    private static JsonObject template(BytePairTokenizer tokenizer) {
        JsonArray single = new JsonArray();
        JsonArray pair = new JsonArray();
        JsonObject tokens = new JsonObject();
        tokenizer.settings().before().forEach(id -> single.add(special(tokenizer, id, tokens)));
        single.add(piece("Sequence", "A"));
        tokenizer.settings().after().forEach(id -> single.add(special(tokenizer, id, tokens)));
        pair.addAll(single);
        pair.add(piece("Sequence", "B"));
        JsonObject template = CutJson.object("TemplateProcessing");
        template.add("single", single);
        template.add("pair", pair);
        template.add("special_tokens", tokens);
        return template;
    }

    private static JsonObject special(BytePairTokenizer tokenizer, int id, JsonObject tokens) {
        String name = tokenizer.token(id);
        JsonArray ids = new JsonArray();
        ids.add(id);
        JsonArray names = new JsonArray();
        names.add(name);
        JsonObject entry = new JsonObject();
        entry.addProperty("id", name);
        entry.add("ids", ids);
        entry.add("tokens", names);
        tokens.add(name, entry);
        return piece("SpecialToken", name);
    }

    private static JsonObject piece(String kind, String id) {
        JsonObject inner = new JsonObject();
        inner.addProperty("id", id);
        inner.addProperty("type_id", 0);
        JsonObject piece = new JsonObject();
        piece.add(kind, inner);
        return piece;
    }
}
