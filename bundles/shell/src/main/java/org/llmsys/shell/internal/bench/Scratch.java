package org.llmsys.shell.internal.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary folder through which peers get what does not fit on a line; gone when it is closed. For one thread. */
final class Scratch implements AutoCloseable {

    private Path folder;

    /** A folder in it, empty or as it was left. */
    Path folder(String name) {
        try {
            if (folder == null) {
                folder = Files.createTempDirectory("llmsys-bench");
            }
            return Files.createDirectories(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a folder in it before its time: models are large. */
    void clear(String name) {
        try {
            if (folder != null && Files.exists(folder.resolve(name))) {
                remove(folder.resolve(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        if (folder != null) {
            remove(folder);
        }
    }

    private static void remove(Path whole) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(whole)) {
            deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
