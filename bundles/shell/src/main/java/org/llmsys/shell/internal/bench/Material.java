package org.llmsys.shell.internal.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a benchmark of tokenizers works on.
 *
 * @param path      of the text
 * @param text      its content
 * @param shipped   whether it is the corpus that comes with the workbench
 * @param tokenizer whose vocabulary is measured; without, one of each kind is learned from the text
 */
public record Material(Path path, String text, boolean shipped, Optional<Path> tokenizer) {

    /** The options that give another process the same. */
    List<String> options() {
        List<String> words = new ArrayList<>();
        if (!shipped) {
            words.add("--text=" + path.toAbsolutePath());
        }
        tokenizer.ifPresent(file -> words.add("--tokenizer=" + file.toAbsolutePath()));
        return words;
    }

    /** The text's name, for rows. */
    String name() {
        return String.valueOf(path.getFileName()).replaceAll("\\s", "_");
    }
}
