package org.llmsys.shell.internal.bench;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import org.llmsys.shell.Console;

/** A console without a terminal, and what was said on its standard error. */
final class Overheard {

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Console console = new Console(new ByteArrayInputStream(new byte[0]), new PrintStream(new ByteArrayOutputStream()),
            new PrintStream(err, true, StandardCharsets.UTF_8), false, false);

    Console console() {
        return console;
    }

    String said() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
