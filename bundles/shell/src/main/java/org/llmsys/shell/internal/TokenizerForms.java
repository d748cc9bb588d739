package org.llmsys.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.TokenizerFile.Form;

/** The names under which people ask for a form of tokenizer file: those of the files where they have one. */
final class TokenizerForms {

    private TokenizerForms() {
    }

    /** @throws Problem when no form is called so, with the nearest that is */
    static Form named(String typed) {
        List<String> names = new ArrayList<>();
        for (Form form : Form.values()) {
            if (key(name(form)).equals(key(typed))) {
                return form;
            }
            names.add(name(form));
        }
        throw Problem.misused("there is no form of tokenizer file called " + typed, "the forms are " + String.join(", ", names),
                Names.suggestion(typed.toLowerCase(Locale.ROOT), names));
    }

    static String name(Form form) {
        return switch (form) {
            case TOKENIZER_JSON -> "tokenizer.json";
            case SENTENCEPIECE -> "sentencepiece";
            case LLAMA2C -> "llama2c";
            case VOCAB_TXT -> "vocab.txt";
            case VOCAB_AND_MERGES -> "vocab+merges";
            case TIKTOKEN -> "tiktoken";
            case GGUF -> "gguf";
        };
    }

    /** Whether its files lie in a folder, and not alone. */
    static boolean isFolder(Form form) {
        return form == Form.VOCAB_AND_MERGES;
    }

    /** {@code tokenizer-json}, {@code TOKENIZER_JSON} and {@code tokenizer.json} are the same. */
    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT).replace('-', '.').replace('_', '.').replace('+', '.').replace(".and.", ".");
    }
}
