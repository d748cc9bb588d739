package org.llmsys.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.examples.chars.CharRnn;
import org.llmsys.examples.digits.Mnist;
import org.llmsys.examples.digits.Transfer;
import org.llmsys.examples.spirals.Spirals;
import org.llmsys.examples.xor.Xor;
import org.llmsys.tensor.WorkerPool;

/** What the README says is so. */
class ReadmeTest {

    private static final Pattern COMMAND = Pattern.compile("\\./llmsys example ([a-z-]+)([^`\\n]*)");
    private static final Pattern OPTION = Pattern.compile("--([a-z-]+)");
    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)\\)");
    private static final Pattern ANCHOR = Pattern.compile("\\]\\(#([^)]+)\\)");

    private static String readme() throws IOException {
        return Files.readString(Path.of("README.md"));
    }

    @Test
    @DisplayName("every command names an example and options that it has")
    void commands() throws IOException {
        try (ClassPathWorkbench workbench = ClassPathWorkbench.open(WorkerPool.SERIAL)) {
            Map<String, Example> examples = Stream.<Example>of(new Xor(workbench.assemblies()), new Spirals(workbench.assemblies()),
                    new Mnist(workbench.assemblies()), new CharRnn(workbench.assemblies()), new Transfer(workbench.assemblies()))
                    .collect(Collectors.toMap(Example::name, Function.identity()));
            List<String> seen = COMMAND.matcher(readme()).results().map(command -> {
                Example example = examples.get(command.group(1));
                assertNotNull(example, command.group());
                OPTION.matcher(command.group(2)).results().forEach(option -> assertTrue(example.options().contains(option.group(1)), command.group()));
                return example.name();
            }).distinct().sorted().toList();
            assertEquals(examples.keySet().stream().sorted().toList(), seen);
        }
    }

    @Test
    @DisplayName("its Java is the examples' own, and its links lead somewhere")
    void codeAndLinks() throws IOException {
        String xor = oneLine(Files.readString(Path.of("src/main/java/org/llmsys/examples/xor/Xor.java")));
        assertTrue(JAVA.matcher(readme()).results().map(code -> oneLine(code.group(1))).allMatch(xor::contains));
        List<String> dead = LINK.matcher(readme()).results().map(link -> link.group(1)).filter(link -> !Files.exists(Path.of(link))).toList();
        assertEquals(List.of(), dead);
        List<String> titles = readme().lines().filter(line -> line.startsWith("## "))
                .map(line -> line.substring(3).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 -]", "").replace(' ', '-')).toList();
        ANCHOR.matcher(readme()).results().forEach(anchor -> assertTrue(titles.contains(anchor.group(1)), anchor.group(1)));
    }

    private static String oneLine(String code) {
        return code.strip().replaceAll("\\s+", " ");
    }
}
