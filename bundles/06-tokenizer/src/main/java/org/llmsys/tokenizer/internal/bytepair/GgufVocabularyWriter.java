package org.llmsys.tokenizer.internal.bytepair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.files.GgufValue;
import org.llmsys.files.GgufWriter;

/** Writes the metadata of a GGUF file that {@link GgufVocabulary} reads: tokens, their types, merges, and the name of the cut; no tensors. */
final class GgufVocabularyWriter {

    private static final String KEYS = "tokenizer.ggml.";
    private static final int NORMAL = 1;
    private static final int UNUSED = 5;

    private GgufVocabularyWriter() {
    }

    /** @throws Problem that names what the file cannot say */
    static byte[] write(BytePairTokenizer tokenizer) {
        TextSettings settings = tokenizer.settings();
        BytePairModel model = tokenizer.model();
        Unsaid unsaid = new Unsaid("GGUF");
        boolean wholeOnly = model.anyWhole() && GgufCut.nameOf(settings.cut(), settings.nfc(), true).isPresent();
        if (!wholeOnly) {
            unsaid.checkMerged(model);
        }
        String name = GgufCut.nameOf(settings.cut(), settings.nfc(), wholeOnly).orElse(null);
        unsaid.check(name == null, "the cut " + settings.cut().steps() + (settings.nfc() ? " of composed text" : ""));
        unsaid.check(settings.prefixSpace(), "that text gets a blank before it");
        unsaid.check(settings.before().size() > 1 || settings.after().size() > 1, "that more than one token is put before or after a text");
        boolean anyRaw = tokenizer.added().stream().anyMatch(token -> !token.normalized());
        Map<Integer, AddedToken> added = new HashMap<>();
        for (AddedToken token : tokenizer.added()) {
            unsaid.check(token.leftStrip() || token.rightStrip() || token.singleWord(),
                    "lstrip, rstrip or single_word, as of the added token " + token.content());
            unsaid.check(token.normalized() && (anyRaw || settings.nfc()),
                    "that the added token " + token.content() + " is looked for in normalized text");
            added.put(token.id(), token);
        }
        List<String> tokens = new ArrayList<>();
        int[] types = new int[tokenizer.vocabSize()];
        for (int id = 0; id < types.length; id++) {
            boolean hole = !added.containsKey(id) && !tokenizer.hasBytes(id);
            tokens.add(hole ? "[PAD" + id + "]" : tokenizer.token(id));
            types[id] = hole ? UNUSED : !added.containsKey(id) ? NORMAL
                    : added.get(id).special() ? GgufVocabulary.CONTROL : GgufVocabulary.USER_DEFINED;
        }
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", GgufValue.of("gpt2"));
        metadata.put(KEYS + "model", GgufValue.of("gpt2"));
        metadata.put(KEYS + "pre", GgufValue.of(name));
        metadata.put(KEYS + "tokens", GgufValue.of(tokens));
        metadata.put(KEYS + "token_type", GgufValue.of(types));
        metadata.put(KEYS + "merges", GgufValue.of(VocabAndMergesWriter.mergesOf(model)));
        settings.before().stream().findFirst().ifPresent(id -> metadata.put(KEYS + "bos_token_id", GgufValue.of(id.longValue())));
        settings.after().stream().findFirst().or(tokenizer::endOfText)
                .ifPresent(id -> metadata.put(KEYS + "eos_token_id", GgufValue.of(id.longValue())));
        metadata.put(KEYS + "add_bos_token", GgufValue.of(!settings.before().isEmpty()));
        metadata.put(KEYS + "add_eos_token", GgufValue.of(!settings.after().isEmpty()));
        return GgufWriter.header(metadata, List.of());
    }
}
