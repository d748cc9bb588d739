package org.llmsys.tokenizer.internal.sentencepiece;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/** The parts of {@link MetaspaceJson} that say how a text is prepared: the normalizer and the pre-tokenizer. */
final class MetaspaceSteps {

    private static final String TWO_SPACES = " {2,}";
    private static final int DEEPEST = 8;

    private MetaspaceSteps() {
    }

    static List<TextStep> normalizers(JsonElement normalizer) {
        List<TextStep> steps = new ArrayList<>();
        flatten(normalizer, "normalizers", 0).forEach(part -> {
            TextStep step = normalizer(part);
            if (step != null) {
                steps.add(step);
            }
        });
        return steps;
    }

    static List<TextStep> preTokenizers(JsonElement preTokenizer) {
        return flatten(preTokenizer, "pretokenizers", 0).stream().map(MetaspaceSteps::preTokenizer).toList();
    }

    private static List<JsonObject> flatten(JsonElement element, String field, int depth) {
        List<JsonObject> parts = new ArrayList<>();
        if (MetaspaceJson.isNull(element)) {
            return parts;
        }
        JsonObject part = element.getAsJsonObject();
        if (!part.get("type").getAsString().equals("Sequence")) {
            return List.of(part);
        }
        if (depth == DEEPEST) {
            throw MetaspaceJson.notImplemented(field, element);
        }
        JsonArray list = part.getAsJsonArray(field);
        list.forEach(inner -> parts.addAll(flatten(inner, field, depth + 1)));
        return parts;
    }

    /** Null for a step that does nothing. */
    private static TextStep normalizer(JsonObject part) {
        return switch (part.get("type").getAsString()) {
            case "Prepend" -> TextStep.prepend(part.get("prepend").getAsString());
            case "Replace" -> replace(part);
            case "Strip" -> TextStep.strip(part.get("strip_left").getAsBoolean(), part.get("strip_right").getAsBoolean());
            case "Lowercase" -> TextStep.lowerCase();
            case "StripAccents" -> TextStep.stripAccents();
            case "NFC" -> TextStep.unicode(Normalizer.Form.NFC);
            case "NFD" -> TextStep.unicode(Normalizer.Form.NFD);
            case "NFKC" -> TextStep.unicode(Normalizer.Form.NFKC);
            case "NFKD" -> TextStep.unicode(Normalizer.Form.NFKD);
            case "Precompiled" -> precompiled(part.get("precompiled_charsmap"));
            default -> throw MetaspaceJson.notImplemented("normalizer", part);
        };
    }

    private static TextStep precompiled(JsonElement map) {
        if (MetaspaceJson.isNull(map) || map.getAsString().isEmpty()) {
            return null;
        }
        try {
            return TextStep.precompiled(new CharacterMap(Base64.getDecoder().decode(map.getAsString())));
        } catch (IllegalArgumentException e) {
            throw Pieces.damaged("its compiled character map is not base 64");
        }
    }

    private static TextStep replace(JsonObject part) {
        JsonObject pattern = part.getAsJsonObject("pattern");
        String content = part.get("content").getAsString();
        if (pattern.has("String") && !pattern.get("String").getAsString().isEmpty()) {
            return TextStep.replace(pattern.get("String").getAsString(), content);
        }
        if (pattern.has("Regex") && pattern.get("Regex").getAsString().equals(TWO_SPACES)) {
            return TextStep.replaceSpaces(content);
        }
        throw MetaspaceJson.notImplemented("normalizer's pattern", pattern);
    }

    private static TextStep preTokenizer(JsonObject part) {
        return switch (part.get("type").getAsString()) {
            case "Metaspace" -> {
                if (!part.get("replacement").getAsString().equals(String.valueOf(Pieces.SPACE))) {
                    throw MetaspaceJson.notImplemented("Metaspace's replacement", part.get("replacement"));
                }
                yield TextStep.metaspace(scheme(part), !part.has("split") || part.get("split").getAsBoolean());
            }
            case "WhitespaceSplit" -> TextStep.whitespaceSplit();
            case "Split" -> {
                JsonObject pattern = part.getAsJsonObject("pattern");
                if (!pattern.has("String") || !pattern.get("String").getAsString().equals(" ") || MetaspaceJson.flag(part, "invert")
                        || !part.get("behavior").getAsString().equals("MergedWithPrevious")) {
                    throw MetaspaceJson.notImplemented("pre-tokenizer", part);
                }
                yield TextStep.splitAfterSpaces();
            }
            default -> throw MetaspaceJson.notImplemented("pre-tokenizer", part);
        };
    }

    /** When Metaspace puts its sign before a text; files from before 2024 say it with add_prefix_space. */
    static TextStep.Scheme scheme(JsonObject part) {
        String scheme = part.has("prepend_scheme") ? part.get("prepend_scheme").getAsString()
                : !part.has("add_prefix_space") || part.get("add_prefix_space").getAsBoolean() ? "always" : "never";
        return switch (scheme) {
            case "always" -> TextStep.Scheme.ALWAYS;
            case "first" -> TextStep.Scheme.FIRST;
            case "never" -> TextStep.Scheme.NEVER;
            default -> throw MetaspaceJson.notImplemented("Metaspace's prepend_scheme", part.get("prepend_scheme"));
        };
    }
}
