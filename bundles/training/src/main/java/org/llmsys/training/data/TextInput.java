package org.llmsys.training.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.llmsys.assembly.Problem;

/**
 * A text that is read from its beginning, as often as it is opened.
 *
 * @param name      for messages
 * @param bytes     its length, -1 when unknown
 * @param jsonLines whether each line is a JSON object that holds a document
 * @param opener    opens it
 */
public record TextInput(String name, long bytes, boolean jsonLines, Opener opener) {

    private static final List<String> JSON_LINES = List.of(".jsonl", ".ndjson");

    /** Opens a text. */
    @FunctionalInterface
    public interface Opener {
        InputStream open() throws IOException;
    }

    /**
     * A file, or the files of a folder and its folders whose names end in .txt, .jsonl or .ndjson, in the order of their paths.
     *
     * @throws Problem when there is none
     */
    public static List<TextInput> of(Path path) {
        String what = "cannot read the text " + path;
        if (!Files.exists(path)) {
            throw Problem.failed(what, "there is no such file or folder", "give the path of a text file in UTF-8, or of a folder of them");
        }
        try {
            if (!Files.isDirectory(path)) {
                return List.of(file(path));
            }
            try (Stream<Path> inside = Files.walk(path)) {
                List<Path> files = inside.filter(Files::isRegularFile).filter(TextInput::isText).sorted().toList();
                if (files.isEmpty()) {
                    throw Problem.failed(what, "no file in this folder ends in .txt, .jsonl or .ndjson", "name the files themselves");
                }
                return files.stream().map(TextInput::file).toList();
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new Problem(what, e.toString(), "check that it may be read", Problem.FAILED, e);
        }
    }

    private static TextInput file(Path file) {
        try {
            return new TextInput(file.toString(), Files.size(file), isJsonLines(file), () -> Files.newInputStream(file));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean isText(Path file) {
        return file.toString().endsWith(".txt") || isJsonLines(file);
    }

    private static boolean isJsonLines(Path file) {
        return JSON_LINES.stream().anyMatch(file.toString()::endsWith);
    }
}
