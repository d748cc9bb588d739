package org.llmsys.tokenizer.internal.bytepair;

import java.util.ArrayList;
import java.util.List;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.llmsys.assembly.Problem;

/** The parts of a {@code tokenizer.json} that say what happens around the merging: normalizer, cut, and tokens put around a text. */
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
        JsonObject last = steps.getLast();
        if (!HfFields.type(last).equals("ByteLevel")) {
            throw HfFields.notKnown("last pre-tokenizer", HfFields.type(last));
        }
        Cut cut = cut(steps, HfFields.flag(last, "use_regex", true));
        boolean prefixSpace = HfFields.flag(last, "add_prefix_space", true);
        if (prefixSpace && steps.size() > 1) {
            throw HfFields.notKnown("add_prefix_space", "true after another pre-tokenizer");
        }
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        if (!HfFields.absent(root, "post_processor")) {
            for (JsonObject step : steps(root.getAsJsonObject("post_processor"), "Sequence", "processors")) {
                template(step, before, after);
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

    private static Cut cut(List<JsonObject> steps, boolean gpt2) {
        if (steps.size() == 1) {
            return gpt2 ? Cut.GPT2 : Cut.NONE;
        }
        JsonObject first = steps.getFirst();
        String type = HfFields.type(first);
        if (steps.size() == 2 && type.equals("Digits") && gpt2) {
            if (!HfFields.flag(first, "individual_digits", false)) {
                throw HfFields.notKnown("pre-tokenizer Digits", "without individual_digits");
            }
            return Cut.STARCODER;
        }
        if (steps.size() == 2 && type.equals("Split") && !gpt2) {
            String behavior = HfFields.text(first, "behavior");
            boolean inverted = HfFields.flag(first, "invert", false);
            // every known expression matches every character, so removing the matches' inverse changes nothing
            if (!behavior.equals("Isolated") && !(behavior.equals("Removed") && inverted)) {
                throw HfFields.notKnown("pre-tokenizer Split", behavior + (inverted ? ", inverted" : ""));
            }
            return Cut.ofPattern(HfFields.text(first.getAsJsonObject("pattern"), "Regex"));
        }
        throw HfFields.notKnown("pre-tokenizer", "the sequence " + steps.stream().map(HfFields::type).toList() + (gpt2 ? " with" : " without") + " use_regex");
    }

    /** {@code TemplateProcessing} for a single text: special tokens, the text, special tokens. */
    private static void template(JsonObject step, List<Integer> before, List<Integer> after) {
        String type = HfFields.type(step);
        if (type.equals("ByteLevel")) {
            // trims offsets only
            return;
        }
        if (!type.equals("TemplateProcessing")) {
            throw HfFields.notKnown("post-processor", type);
        }
        boolean seen = false;
        for (JsonElement element : step.getAsJsonArray("single")) {
            JsonObject piece = element.getAsJsonObject();
            if (piece.has("Sequence")) {
                seen = true;
                continue;
            }
            String name = HfFields.text(piece.getAsJsonObject("SpecialToken"), "id");
            for (JsonElement id : step.getAsJsonObject("special_tokens").getAsJsonObject(name).getAsJsonArray("ids")) {
                (seen ? after : before).add(HfFields.id(id, name));
            }
        }
    }

    static void write(BytePairTokenizer tokenizer, JsonObject root) {
        TextSettings settings = tokenizer.settings();
        if (settings.nfc()) {
            root.add("normalizer", object("NFC"));
        }
        Cut cut = settings.cut();
        boolean usesOwn = cut == Cut.GPT2 || cut == Cut.STARCODER;
        JsonObject byteLevel = byteLevel(settings.prefixSpace(), usesOwn);
        if (cut == Cut.GPT2 || cut == Cut.NONE) {
            root.add("pre_tokenizer", byteLevel);
        } else {
            root.add("pre_tokenizer", sequence("pretokenizers", cut == Cut.STARCODER ? digits() : split(cut), byteLevel));
        }
        root.add("decoder", byteLevel(true, true));
        if (!settings.before().isEmpty() || !settings.after().isEmpty()) {
            root.add("post_processor", sequence("processors", byteLevel(true, true), template(tokenizer)));
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
        JsonObject template = object("TemplateProcessing");
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

    private static JsonObject object(String type) {
        JsonObject object = new JsonObject();
        object.addProperty("type", type);
        return object;
    }

    private static JsonObject sequence(String field, JsonObject... parts) {
        JsonArray list = new JsonArray();
        List.of(parts).forEach(list::add);
        JsonObject sequence = object("Sequence");
        sequence.add(field, list);
        return sequence;
    }

    private static JsonObject byteLevel(boolean prefixSpace, boolean useRegex) {
        JsonObject byteLevel = object("ByteLevel");
        byteLevel.addProperty("add_prefix_space", prefixSpace);
        byteLevel.addProperty("trim_offsets", true);
        byteLevel.addProperty("use_regex", useRegex);
        return byteLevel;
    }

    private static JsonObject digits() {
        JsonObject digits = object("Digits");
        digits.addProperty("individual_digits", true);
        return digits;
    }

    private static JsonObject split(Cut cut) {
        JsonObject pattern = new JsonObject();
        pattern.addProperty("Regex", cut.pattern());
        JsonObject split = object("Split");
        split.add("pattern", pattern);
        split.addProperty("behavior", "Isolated");
        split.addProperty("invert", false);
        return split;
    }
}
