package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Assumptions;

/**
 * A Python program among the resources of this package's tests that makes what a test compares with; where its libraries are missing, the test is
 * skipped.
 *
 * @param name      of its file, with the folder for a package below: {@code insight/traces.py}
 * @param libraries what it imports
 */
public record PythonScript(String name, List<String> libraries) {

    private static final long SECONDS = 300;

    public PythonScript(String name, String... libraries) {
        this(name, List.of(libraries));
    }

    /** Runs it with the folder as its first argument. */
    public void run(Path folder, String... more) throws IOException, InterruptedException {
        Process check = start("import " + String.join(", ", libraries));
        Assumptions.assumeTrue(check != null && exitValue(check) == 0, "Python with " + libraries + " is not installed");
        Path script = folder.resolve(Path.of(name).getFileName());
        try (InputStream in = PythonScript.class.getResourceAsStream(name)) {
            Files.copy(in, script);
        }
        Path log = folder.resolve(script.getFileName() + ".log");
        List<String> command = new ArrayList<>(List.of("python3", script.toString(), folder.toString()));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        int status = exitValue(process);
        assertEquals(0, status, () -> name + " failed: " + text(log));
    }

    private static Process start(String program) {
        try {
            return new ProcessBuilder("python3", "-c", program).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            return null;                                         // no Python here
        }
    }

    private static int exitValue(Process process) throws InterruptedException {
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return -1;
        }
        return process.exitValue();
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
