package org.llmsys.tokenizer.internal.bytepair;

import java.util.ArrayList;
import java.util.List;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import org.llmsys.assembly.Problem;

/**
 * A cut in {@code tokenizer.json}: {@code ByteLevel}, {@code Digits}, {@code Punctuation} and {@code Split}, in any order in which the
 * one {@code ByteLevel} stands last, and Falcon's, which goes on after it. What is not known is refused by name.
 */
final class CutJson {

    private CutJson() {
    }

    /** @throws Problem that names the step which is not implemented */
    static Cut read(List<JsonObject> parts) {
        List<CutStep> steps = new ArrayList<>();
        boolean written = false;
        for (JsonObject part : parts) {
            String type = HfFields.type(part);
            if (type.equals("ByteLevel")) {
                if (written) {
                    throw HfFields.notKnown("pre-tokenizer ByteLevel", "there twice");
                }
                if (!steps.isEmpty() && HfFields.flag(part, "add_prefix_space", true)) {
                    throw HfFields.notKnown("add_prefix_space", "true after another pre-tokenizer");
                }
                written = true;
                if (HfFields.flag(part, "use_regex", true)) {
                    steps.add(CutStep.GPT2);
                }
            } else {
                steps.add(written ? afterByteLevel(part, type) : step(part, type));
            }
        }
        if (!written) {
            throw HfFields.notKnown("last pre-tokenizer", HfFields.type(parts.getLast()));
        }
        return new Cut(steps);
    }

    private static CutStep step(JsonObject part, String type) {
        return switch (type) {
            case "Digits" -> HfFields.flag(part, "individual_digits", false) ? CutStep.EACH_NUMBER : CutStep.NUMBERS;
            case "Punctuation" -> {
                String behavior = HfFields.absent(part, "behavior") ? "Isolated" : HfFields.text(part, "behavior");
                if (!behavior.equals("Contiguous")) {
                    throw HfFields.notKnown("pre-tokenizer Punctuation", behavior);
                }
                yield CutStep.PUNCTUATION;
            }
            case "Split" -> split(part);
            default -> throw HfFields.notKnown("pre-tokenizer", type);
        };
    }

    /** A step that sees the bytes as they are written; only those are known whose characters mean the same there. */
    private static CutStep afterByteLevel(JsonObject part, String type) {
        CutStep step = step(part, type);
        if (step == CutStep.NUMBERS && type.equals("Digits")) {
            return CutStep.WRITTEN_NUMBERS;
        }
        if (step != CutStep.THREE_DIGITS) {
            throw HfFields.notKnown("pre-tokenizer", type + " after ByteLevel");
        }
        return step;
    }

    private static CutStep split(JsonObject part) {
        JsonObject pattern = part.getAsJsonObject("pattern");
        if (!pattern.has("Regex")) {
            throw HfFields.notKnown("pre-tokenizer Split", "by " + pattern.keySet());
        }
        String regex = HfFields.text(pattern, "Regex");
        CutStep step = CutStep.ofPattern(regex).orElseThrow(() -> Problem.failed("cannot read the tokenizer",
                "it cuts text by the expression " + shortened(regex) + ", which is not one of the known ones",
                "use a tokenizer that cuts like GPT-2, cl100k, o200k, Llama 3, StarCoder, Qwen 2, Tekken, Falcon, Bloom or DeepSeek"));
        String behavior = HfFields.text(part, "behavior");
        boolean inverted = HfFields.flag(part, "invert", false);
        // if every character is matched, removing what is not changes nothing
        if (!behavior.equals("Isolated") && !(behavior.equals("Removed") && inverted && step.matchesAll())) {
            throw HfFields.notKnown("pre-tokenizer Split", behavior + (inverted ? ", inverted" : ""));
        }
        return step;
    }

    static JsonObject write(Cut cut, boolean prefixSpace) {
        List<JsonObject> parts = new ArrayList<>();
        boolean written = false;
        for (int i = 0; i < cut.steps().size(); i++) {
            CutStep step = cut.steps().get(i);
            boolean writtenNumbersFollow = i + 1 < cut.steps().size() && cut.steps().get(i + 1) == CutStep.WRITTEN_NUMBERS;
            if (!written && (step == CutStep.GPT2 && (i == cut.steps().size() - 1 || writtenNumbersFollow))) {
                parts.add(byteLevel(prefixSpace, true));
                written = true;
            } else {
                parts.add(part(step));
            }
        }
        if (!written) {
            parts.add(byteLevel(prefixSpace, false));
        }
        return parts.size() == 1 ? parts.getFirst() : sequence("pretokenizers", parts);
    }

    private static JsonObject part(CutStep step) {
        if (step == CutStep.EACH_NUMBER || step == CutStep.WRITTEN_NUMBERS) {
            JsonObject digits = object("Digits");
            digits.addProperty("individual_digits", step == CutStep.EACH_NUMBER);
            return digits;
        }
        if (step.pattern().isEmpty()) {
            JsonObject punctuation = object("Punctuation");
            punctuation.addProperty("behavior", "Contiguous");
            return punctuation;
        }
        JsonObject pattern = new JsonObject();
        pattern.addProperty("Regex", step.pattern().get());
        JsonObject split = object("Split");
        split.add("pattern", pattern);
        split.addProperty("behavior", "Isolated");
        split.addProperty("invert", false);
        return split;
    }

    static JsonObject object(String type) {
        JsonObject object = new JsonObject();
        object.addProperty("type", type);
        return object;
    }

    static JsonObject sequence(String field, List<JsonObject> parts) {
        JsonArray list = new JsonArray();
        parts.forEach(list::add);
        JsonObject sequence = object("Sequence");
        sequence.add(field, list);
        return sequence;
    }

    static JsonObject byteLevel(boolean prefixSpace, boolean useRegex) {
        JsonObject byteLevel = object("ByteLevel");
        byteLevel.addProperty("add_prefix_space", prefixSpace);
        byteLevel.addProperty("trim_offsets", true);
        byteLevel.addProperty("use_regex", useRegex);
        return byteLevel;
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "\u2026";
    }
}
