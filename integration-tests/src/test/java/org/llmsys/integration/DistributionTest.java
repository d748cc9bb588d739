package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.integration.harness.CommandLine;

/** What {@code ./llmsys dist} writes, unpacked somewhere else and used there, without a variable that points back. */
class DistributionTest {

    @TempDir
    private static Path folder;
    private static CommandLine checkout;
    private static Path house;
    private static Path zip;

    @BeforeAll
    static void write() throws IOException {
        assumeTrue(CommandLine.isBuilt(), "the launcher was never packaged");
        checkout = new CommandLine(folder);
        List<String> paths = checkout.run("dist", "--out", folder.resolve("release").toString()).out().lines().toList();
        zip = Path.of(paths.get(1));
        house = unpacked(zip, Files.createDirectory(folder.resolve("another place")));
    }

    /** With the permissions that the zip says, as unzip does. */
    private static Path unpacked(Path zip, Path to) throws IOException {
        try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("enablePosixFileAttributes", "true"));
                Stream<Path> entries = Files.walk(inside.getPath("/"))) {
            for (Path entry : entries.skip(1).toList()) {
                Path file = to.resolve(entry.toString().substring(1));
                if (Files.isDirectory(entry)) {
                    Files.createDirectories(file);
                } else {
                    Files.copy(entry, file);
                }
                Files.setPosixFilePermissions(file, Files.getPosixFilePermissions(entry));
            }
        }
        try (Stream<Path> inside = Files.list(to)) {
            return inside.findFirst().orElseThrow();
        }
    }

    private record Result(int exit, String out, String err) {
    }

    /** The unpacked script, run in a folder that is not its own. */
    private static Result there(String... words) throws IOException {
        List<String> line = new ArrayList<>(List.of(house.resolve("llmsys").toString()));
        line.addAll(List.of(words));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LLMSYS_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), List.of(words) + " did not end");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @Test
    @DisplayName("it writes what the checkout writes, and keeps its state beside itself")
    void writes() throws IOException {
        Result result = there("generate", "--prompt", "The old clock", "--max-tokens", "60", "--temperature", "0");
        assertEquals(0, result.exit, result.err);
        assertEquals(checkout.run("generate", "--prompt", "The old clock", "--max-tokens", "60", "--temperature", "0").out(), result.out);
        assertTrue(Files.isDirectory(house.resolve(".llmsys")));
    }

    @Test
    @DisplayName("the demo trains, saves and writes there; services, use, doctor and the help pages work")
    void everyday() throws IOException {
        Result demo = there("demo", "--steps", "3", "--preset", "tiny");
        assertEquals(0, demo.exit, demo.err);
        assertTrue(Files.exists(house.resolve(".llmsys/demo/model.safetensors")), demo.out);
        assertEquals(0, there("use", "matmul", "naive").exit);
        assertTrue(there("services", "--slot", "matmul").out.contains("naive"));
        assertEquals(0, there("use", "matmul", "auto").exit);
        assertEquals(0, there("doctor").exit);
        assertTrue(there("--help").out.contains("./llmsys demo"));
        assertTrue(there("generate", "--help").out.startsWith("llmsys generate"));
    }

    @Test
    @DisplayName("what needs the sources says so")
    void refused() throws IOException {
        for (String command : List.of("build", "test", "dist")) {
            Result result = there(command);
            assertEquals(2, result.exit);
            assertTrue(result.err.startsWith("error: " + command) && result.err.contains("\nfix: "), result.err);
        }
    }

    @Test
    @DisplayName("written again it has the same bytes, replaces the old one, and leaves nothing beside")
    void again() throws IOException {
        Path release = zip.getParent();
        byte[] before = Files.readAllBytes(zip);
        Files.writeString(release.resolve(zip.getFileName().toString().replace(".zip", "")).resolve("lib/stale.jar"), "from an older version");
        assertEquals(0, checkout.run("dist", "--out", release.toString()).exit());
        assertArrayEquals(before, Files.readAllBytes(zip));
        assertFalse(Files.exists(release.resolve(zip.getFileName().toString().replace(".zip", "")).resolve("lib/stale.jar")));
        try (Stream<Path> left = Files.list(release)) {
            assertEquals(2, left.count());
        }
        assertEquals(2, checkout.run("dist", "--ouch", "x").exit());
        assertEquals(1, checkout.run("dist", "--out", "/proc/no/such/folder").exit());
    }
}
