package org.llmsys.shell.internal;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;

import org.llmsys.shell.Console;

/** Runs the commands that people run, into nothing, while the JVM takes down which classes they need. Whether they succeed does not matter. */
final class Rehearsal {

    private static final List<List<String>> LIGHT = List.of(
            List.of("services"), List.of("services", "--slot", "matmul", "--json"), List.of("tokenize", "The old clock"),
            List.of("tokenize", "--json", "The old clock"), List.of("doctor"), List.of("doctor", "--json"), List.of("version"),
            List.of("use", "matmul"));
    private static final List<List<String>> HEAVY = List.of(
            List.of("generate", "--prompt", "The old clock", "--max-tokens", "8"),
            List.of("generate", "--prompt", "The old clock", "--max-tokens", "8", "--top-k", "5", "--top-p", "0.9", "--json"));

    private final CommandLine commands;

    Rehearsal(CommandLine commands) {
        this.commands = commands;
    }

    int run(boolean light) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        Console console = new Console(InputStream.nullInputStream(), nowhere, nowhere, false, false);
        for (List<String> line : light ? LIGHT : HEAVY) {
            commands.run(console, line.toArray(String[]::new));
        }
        return 0;
    }
}
