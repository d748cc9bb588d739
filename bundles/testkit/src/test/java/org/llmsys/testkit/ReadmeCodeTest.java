package org.llmsys.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The Java in a room's README is the code that its {@code ReadmeTest} runs, line by line. A comment says what comes out, and the test asserts that; so
 * does what is printed, of which the test has the value. A block with {@code ...} shows a form to be filled in, and nobody runs it.
 */
class ReadmeCodeTest {

    private static final Path BUNDLES = Path.of("..");
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern FORM = Pattern.compile("(?m)^ *\\.\\.\\.$|\\{ \\.\\.\\. \\}");
    private static final Pattern PRINTED = Pattern.compile(".*System\\.out\\.print(?:ln)?\\((.*?)\\)*");

    @TestFactory
    @DisplayName("every line of code in a README stands in the room's ReadmeTest")
    Stream<DynamicTest> everyLine() throws IOException {
        List<Path> rooms = roomsThatTestTheirReadme();
        assertTrue(rooms.size() >= 12, "only " + rooms + " were found");
        return rooms.stream().map(room -> DynamicTest.dynamicTest(room.getFileName().toString(), () -> {
            String test = Files.readString(readmeTest(room).orElseThrow());
            List<String> lines = lines(Files.readString(room.resolve("README.md")));
            assertTrue(!lines.isEmpty(), "its README has no code");
            assertEquals(List.of(), lines.stream().filter(line -> !test.contains(line)).toList(), "the README has, and its test has not");
        }));
    }

    @Test
    @DisplayName("of a line counts what runs: not the comment, not the semicolon, of what is printed the value; a form does not count")
    void whatCounts() {
        assertEquals(List.of("int x = 1", "x + 1", "a.b(c, (d) -> e"), lines("""
                ```java
                int x = 1;                // one
                                          // and more of it

                System.out.println(x + 1);
                a.run(y -> System.out.print(a.b(c, (d) -> e)));
                ```
                ```java
                final class Mine implements Slot { ... }
                ```
                ```
                not Java
                ```
                """));
    }

    private static List<Path> roomsThatTestTheirReadme() throws IOException {
        try (Stream<Path> folders = Files.list(BUNDLES)) {
            return folders.filter(folder -> Files.exists(folder.resolve("README.md"))).filter(folder -> readmeTest(folder).isPresent()).sorted().toList();
        }
    }

    private static Optional<Path> readmeTest(Path room) {
        Path tests = room.resolve("src/test/java");
        if (!Files.isDirectory(tests)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(tests)) {
            return files.filter(file -> file.endsWith("ReadmeTest.java")).findFirst();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> lines(String readme) {
        return BLOCK.matcher(readme).results().map(block -> block.group(1)).filter(code -> !FORM.matcher(code).find())
                .flatMap(String::lines).map(ReadmeCodeTest::running).filter(line -> !line.isEmpty()).toList();
    }

    private static String running(String line) {
        String code = line.replaceFirst(" *//.*", "").replaceFirst(";$", "").strip();
        var printed = PRINTED.matcher(code);
        return printed.matches() ? printed.group(1) : code;
    }
}
