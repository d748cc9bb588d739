package org.llmsys.shell.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

import org.llmsys.assembly.Problem;
import org.llmsys.shell.Console;

/** A text that a person typed, or piped in, or has in a file. */
final class TextArgument {

    private static final String STDIN = "-";
    /** How many bytes of memory a byte of text takes at most while it is decoded: itself, and two bytes a character twice. */
    private static final int DECODING = 5;

    private TextArgument() {
    }

    /** A word of the command line; {@code -} is all of standard input, which may be empty. */
    static String word(String word, Console console) throws IOException {
        if (!word.equals(STDIN)) {
            return word;
        }
        byte[] bytes = console.in().readAllBytes();
        return bytes.length == 0 ? "" : Texts.read(new ByteArrayInputStream(bytes));
    }

    /**
     * The file that {@code --text} names; {@code -} is all of standard input.
     *
     * @throws Problem when it is no text, is empty, or is too large for the memory: before it is read
     */
    static String file(String name, Console console) throws IOException {
        if (name.equals(STDIN)) {
            return Texts.read(console.in());
        }
        Path file = Path.of(name);
        long room = Runtime.getRuntime().maxMemory() / DECODING;
        if (Files.isRegularFile(file) && Files.size(file) > room) {
            throw Problem.failed("cannot read the text file " + file, String.format(Locale.ROOT,
                    "it has %,d bytes; texts are read whole, and the memory has room for %,d", Files.size(file), room),
                    "give a part of it (head -c " + room / 2 + "), or give Java more memory: JDK_JAVA_OPTIONS=-Xmx8g");
        }
        return Texts.read(file, "--text");
    }
}
