package org.llmsys.tokenizer.internal.bytepair;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.llmsys.assembly.Problem;
import org.llmsys.files.GgufFile;
import org.llmsys.files.GgufValue;
import org.llmsys.tokenizer.ByteLevelTokenizer;

/**
 * The byte-level tokenizer in the metadata of a GGUF file: {@code tokenizer.ggml.model} is {@code gpt2}, {@code tokenizer.ggml.pre} names
 * the cut, and tokens, their types and the merges are lists.
 */
final class GgufVocabulary {

    private static final String KEYS = "tokenizer.ggml.";
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    private GgufVocabulary() {
    }

    /**
     * @return empty when the file's tokenizer is of another kind
     * @throws Problem when it is damaged, or cuts text in a way that is not known here
     */
    static Optional<ByteLevelTokenizer> read(GgufFile file) {
        if (!file.text(KEYS + "model").orElse("").equals("gpt2")) {
            return Optional.empty();
        }
        String name = file.text(KEYS + "pre").orElseThrow(() -> HfFields.damaged("the GGUF file does not say how text is cut (tokenizer.ggml.pre)"));
        GgufCut cut = GgufCut.named(name);
        List<String> tokens = texts(file, "tokens");
        List<AddedToken> added = added(file, tokens);
        boolean begins = file.flag(KEYS + "add_bos_token").orElse(cut.begins());
        boolean ends = file.flag(KEYS + "add_eos_token").orElse(false);
        if (file.flag(KEYS + "add_space_prefix").orElse(false)) {
            throw HfFields.notKnown("add_space_prefix", "true");
        }
        TextSettings settings = new TextSettings(cut.cut(), cut.nfc(), false,
                begins ? List.of(id(file, "bos_token_id", tokens.size())) : List.of(), ends ? List.of(id(file, "eos_token_id", tokens.size())) : List.of());
        return Optional.of(VocabAndMerges.of(tokens, texts(file, "merges"), settings, added, cut.anyWhole()));
    }

    private static List<String> texts(GgufFile file, String key) {
        return file.texts(KEYS + key).orElseThrow(() -> HfFields.damaged("the GGUF file has no " + KEYS + key))
                .values().stream().map(GgufValue.Text::text).toList();
    }

    private static List<AddedToken> added(GgufFile file, List<String> tokens) {
        Optional<GgufValue.Wholes> given = file.wholes(KEYS + "token_type");
        if (given.isEmpty()) {
            return List.of();
        }
        GgufValue.Wholes types = given.get();
        if (types.size() != tokens.size()) {
            throw HfFields.damaged("the GGUF file has " + tokens.size() + " tokens and " + types.size() + " token types");
        }
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            long type = types.get(id);
            if (type == CONTROL || type == USER_DEFINED) {
                added.add(new AddedToken(id, tokens.get(id), type == CONTROL));
            }
        }
        return added;
    }

    private static int id(GgufFile file, String key, int size) {
        long id = file.whole(KEYS + key).orElse(-1L);
        if (id < 0 || id >= size) {
            throw HfFields.damaged("the GGUF file's " + KEYS + key + " is not one of 0 to " + (size - 1));
        }
        return (int) id;
    }
}
