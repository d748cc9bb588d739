package org.llmsys.tokenizer.internal.bytepair;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Assumptions;

/** Data that is not in this tree; tests over it say that they skip when it is not there. */
final class Shared {

    private Shared() {
    }

    static byte[] bytes(String path) {
        try {
            return Files.readAllBytes(path(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path path(String path) {
        String folder = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(folder != null, "LLMSYS_SHARED does not name the folder of shared data");
        Path file = Path.of(folder, path);
        Assumptions.assumeTrue(Files.exists(file), () -> file + " is not there");
        return file;
    }

    static String text(String path) {
        return new String(bytes(path), StandardCharsets.UTF_8);
    }
}
