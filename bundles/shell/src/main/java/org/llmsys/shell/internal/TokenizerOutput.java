package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile.Form;
import org.llmsys.tokenizer.TokenizerFiles;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;

/**
 * Where a tokenizer shall go, and in which form. What can be refused is refused before an hour of training, not after it.
 *
 * @param path the file; for {@code vocab+merges} the folder
 */
record TokenizerOutput(Path path, Form form) {

    private static final String SAMPLE = "a small sample, a small trial";

    /** @throws Problem when nothing can be written there */
    TokenizerOutput {
        String what = "cannot write a tokenizer to " + path;
        if (TokenizerForms.isFolder(form) && Files.isRegularFile(path)) {
            throw Problem.failed(what, "it is a file, and " + TokenizerForms.name(form) + " takes a folder", "give --out the path of a folder");
        }
        if (!TokenizerForms.isFolder(form) && Files.isDirectory(path)) {
            throw Problem.failed(what, "it is a folder", "give --out the path of a file, for example " + path.resolve("tokenizer.json"));
        }
        Path folder = path.toAbsolutePath().getParent();
        while (folder != null && !Files.exists(folder)) {
            folder = folder.getParent();
        }
        if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw Problem.failed(what, folder == null || !Files.isDirectory(folder) ? folder + " is no folder" : "the folder " + folder
                    + " cannot be written", "give --out a path in a folder of yours");
        }
    }

    /** Asks a kind whether it has this form at all, with a tokenizer trained on a few words. */
    void requireFormOf(TokenizerType type) {
        requireForm(type.train(SAMPLE, TrainingSettings.DEFAULTS, Job.silent("trial")));
    }

    private void requireForm(Tokenizer tokenizer) {
        if (form != Form.TOKENIZER_JSON && tokenizer.files(form).isEmpty()) {
            throw Problem.failed("cannot write a tokenizer of the kind " + tokenizer.type() + " as " + TokenizerForms.name(form),
                    "such files do not hold tokenizers of this kind", "write it as tokenizer.json, which holds every kind");
        }
    }

    /** Writes it, whole or not at all. */
    void write(Tokenizer tokenizer) {
        requireForm(tokenizer);
        TokenizerFiles.write(tokenizer, form, path);
    }

    /**
     * Reads back what was written.
     *
     * @return what is not as it was, or empty: some forms do not say the kind, or leave special tokens out
     */
    String lost(Tokenizer written, Assemblies assemblies) {
        try {
            Tokenizer read = TokenizerFiles.read(path, assemblies);
            return !read.type().equals(written.type()) ? "read back, it is of the kind " + read.type()
                    : read.vocabSize() != written.vocabSize() ? "read back, it has a vocabulary of " + read.vocabSize() : "";
        } catch (Problem e) {
            return "it cannot be read back: " + e.why();
        }
    }

    /** The size of what was written. */
    long bytes() throws IOException {
        if (!Files.isDirectory(path)) {
            return Files.size(path);
        }
        try (var files = Files.list(path)) {
            return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
