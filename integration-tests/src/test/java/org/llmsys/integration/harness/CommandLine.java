package org.llmsys.integration.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real {@code ./llmsys}, run as a person runs it, with a home of its own so that nobody's choices are touched. */
public final class CommandLine {

    /** The house's root folder. */
    public static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static final long LIMIT_SECONDS = 120;

    private final Path home;
    private int runs;

    /** @param home where the commands keep their caches and choices */
    public CommandLine(Path home) {
        this.home = home;
    }

    /** How a command ended, and what it printed. */
    public record Result(int exit, String out, String err) {

        /** The last line that is not empty. */
        public String lastLine() {
            return out.strip().lines().reduce((first, second) -> second).orElse("");
        }
    }

    /** Whether the build has made what the script runs: a build of this module alone may not have. */
    public static boolean isBuilt() {
        return Files.isExecutable(ROOT.resolve("llmsys")) && Files.isDirectory(ROOT.resolve("launcher/target/runtime"));
    }

    /** Starts a command; it runs what was built last. Standard output and error go to the two files. */
    public Process start(Path out, Path err, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("llmsys").toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile()).redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("LLMSYS_HOME", home.resolve("llmsys-home").toString());
        builder.environment().put("LLMSYS_NO_BUILD", "1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }

    /** Runs a command to its end. */
    public Result run(String... words) {
        Path out = home.resolve("out-" + ++runs + ".txt");
        Path err = home.resolve("err-" + runs + ".txt");
        try {
            Process process = start(out, err, words);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(List.of(words) + " did not end within " + LIMIT_SECONDS + " s: " + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
