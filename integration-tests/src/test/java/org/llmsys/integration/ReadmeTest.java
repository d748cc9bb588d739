package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.integration.harness.CommandLine;
import org.llmsys.integration.harness.Recipe;

/** What the README tells a reader to type works as printed. It is typed in a folder that looks like the house, so nothing is left behind. */
class ReadmeTest {

    private static final Path README = CommandLine.ROOT.resolve("README.md");
    private static final List<String> PARTS = List.of("llmsys", "workspace", "launcher");
    private static final Pattern SEVEN_THINGS = Pattern.compile("## Seven things to try\\n(.*?)\\n## ", Pattern.DOTALL);

    @TempDir
    Path folder;

    @BeforeEach
    void lookLikeTheHouse() throws Exception {
        Assumptions.assumeTrue(CommandLine.isBuilt(), "the launcher is not built: mvn -pl launcher -am package");
        for (String name : PARTS) {
            Files.createSymbolicLink(folder.resolve(name), CommandLine.ROOT.resolve(name));
        }
    }

    /** The links before the folder, so that whatever empties the folder cannot follow them. */
    @AfterEach
    void takeTheLinksAway() throws Exception {
        for (String name : PARTS) {
            Files.deleteIfExists(folder.resolve(name));
        }
    }

    @Test
    @DisplayName("every ./llmsys line of \"seven things to try\" ends with 0, and the first swap does not change a letter")
    void sixThings() throws Exception {
        Matcher section = SEVEN_THINGS.matcher(Files.readString(README));
        assertTrue(section.find());
        CommandLine llmsys = new CommandLine(folder);
        List<String> generated = new ArrayList<>();
        int typed = 0;
        for (String line : section.group(1).lines().filter(line -> line.startsWith("./llmsys ")).toList()) {
            List<String> words = words(line.substring("./llmsys ".length()));
            CommandLine.Result result = llmsys.run(words.toArray(String[]::new));
            assertEquals(0, result.exit(), line + "\n" + result.err());
            if (line.contains("generate --prompt \"The old clock\" --max-tokens 200")) {
                generated.add(result.out());
                assertEquals(0, llmsys.run("use", "matmul", "auto").exit());
                generated.add(llmsys.run(words.toArray(String[]::new)).out());
            }
            typed++;
        }
        assertTrue(typed >= 8, "only " + typed + " lines were found");
        assertEquals(2, generated.size());
        assertEquals(generated.getFirst(), generated.getLast());
    }

    @Test
    @DisplayName("the Java program compiles and writes")
    void javaProgram() throws Exception {
        Files.writeString(folder.resolve("Write.java"), new Recipe(README).file("Write.java"));
        Path out = folder.resolve("out.txt");
        Process process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "--add-modules", "jdk.incubator.vector", "-cp",
                "launcher/target/runtime/*", "Write.java").directory(folder.toFile()).redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
        assertTrue(Files.readString(out).strip().length() > 100, Files.readString(out));
    }

    /** As a shell splits them: at spaces outside double quotes. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = Pattern.compile("\"([^\"]*)\"|(\\S+)").matcher(line);
        while (matcher.find()) {
            words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        }
        return words;
    }
}
