package org.llmsys.files.internal.llama2c;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the tokenizer that lies beside a llama2.c model, which does not name it: {@code tokenizer.bin}, else a {@code tok*.bin}, if it has
 * as many entries as the model has tokens.
 *
 * <pre>
 *   longest token (an int) | for each token: score (F32), length (an int), bytes
 * </pre>
 */
final class Llama2cTokenizers {

    private static final int LARGEST = 64 << 20;
    private static final int MOST_LOOKED_AT = 100;
    private static final int ENTRY_HEAD = 8;

    private Llama2cTokenizers() {
    }

    static Optional<Path> beside(Path model, int vocabSize) {
        Path usual = model.toAbsolutePath().resolveSibling("tokenizer.bin");
        if (fits(usual, vocabSize)) {
            return Optional.of(usual);
        }
        try (Stream<Path> files = Files.list(usual.getParent())) {
            List<Path> named = files.filter(file -> file.getFileName().toString().startsWith("tok") && file.toString().endsWith(".bin"))
                    .sorted().limit(MOST_LOOKED_AT).toList();
            return named.stream().filter(file -> fits(file, vocabSize)).findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean fits(Path file, int vocabSize) {
        try {
            return Files.isRegularFile(file) && Files.size(file) <= LARGEST && entries(Files.readAllBytes(file)) == vocabSize;
        } catch (IOException e) {
            return false;
        }
    }

    /** How many tokens the file holds, or -1 when it is no such file. */
    private static int entries(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int at = Integer.BYTES;
        int count = 0;
        while (at < file.length) {
            if (file.length - at < ENTRY_HEAD) {
                return -1;
            }
            int length = in.getInt(at + 4);
            if (length < 0 || length > file.length - at - ENTRY_HEAD) {
                return -1;
            }
            at += ENTRY_HEAD + length;
            count++;
        }
        return at == file.length ? count : -1;
    }
}
