package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.HelpPage;

class HelpPagesTest {

    /** What the script does itself: what follows goes to Maven or to CMake. */
    private static final Set<String> SCRIPTS = Set.of("build", "test", "wasm-demo");

    private static final Path SOURCES = Path.of("src/main/java/org/llmsys/shell/internal");
    private static final Path PAGES = Path.of("src/main/resources/org/llmsys/shell/help");
    private static final Pattern NAME = Pattern.compile("Command\\.NAME \\+ \"=([a-z-]+)\"");
    private static final Pattern ASKED = Pattern.compile("(?:has|text|required|number|whole|path|numbers)\\((?:arguments, )?\"(--[a-z0-9-]+)\"");
    private static final Pattern EXAMPLE = Pattern.compile("\\./llmsys ([a-z-]+)(.*)");

    /** Command to source. */
    private static TreeMap<String, String> commands() throws IOException {
        TreeMap<String, String> commands = new TreeMap<>();
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.filter(f -> f.toString().endsWith("Command.java")).toList()) {
                String source = Files.readString(file);
                Matcher name = NAME.matcher(source);
                assertTrue(name.find(), file + " has no name");
                commands.put(name.group(1), source);
            }
        }
        commands.remove("welcome");                                    // what the shell itself calls
        return commands;
    }

    @Test
    @DisplayName("every command has a page, every page has a command, and the overview shows them all")
    void complete() throws IOException {
        Set<String> names = new TreeSet<>(commands().keySet());
        assertEquals(names, new TreeSet<>(CommandLine.NAMES));
        try (Stream<Path> pages = Files.list(PAGES)) {
            assertEquals(names, new TreeSet<>(pages.map(p -> p.getFileName().toString().replace(".txt", "")).toList()));
        }
        String overview = HelpPage.of("help").orElseThrow().text();
        names.stream().filter(name -> !name.equals("shell")).forEach(name -> assertTrue(overview.contains("\n  " + name + " "), name));
    }

    @Test
    @DisplayName("the code asks for exactly the options that its page offers")
    void sameOptions() throws IOException {
        commands().forEach((name, source) -> {
            Set<String> asked = new TreeSet<>(Set.of("--help"));
            ASKED.matcher(source).results().forEach(match -> asked.add(match.group(1)));
            if (source.contains("models.load(") || source.contains("Models.path(")) {
                asked.add("--model");
            }
            if (source.contains("tokenizers.chosen(")) {
                asked.addAll(Set.of("--tokenizer", "--model"));
            }
            if (source.contains("new FilterChoices(")) {
                asked.addAll(Set.of("--temperature", "--top-k", "--top-p", "--filters"));
            }
            Set<String> offered = new TreeSet<>(HelpPage.of(name).orElseThrow().options());
            if (source.contains("PAGE.options()")) {                   // it goes through all of them
                asked.addAll(offered);
            }
            if (name.equals("test")) {
                asked.add("--all");                                    // the script's
            }
            if (name.equals("dist")) {
                asked.add("--out");                                    // the script's too
            }
            if (name.equals("wasm-demo")) {
                asked.add("--port");
            }
            if (name.equals("help")) {
                offered.add("--help");
            }
            assertEquals(asked, offered, name);
        });
    }

    @Test
    @DisplayName("examples come first, and each can be parsed with the page it names")
    void examples() throws IOException {
        for (String name : commands().keySet()) {
            String text = HelpPage.of(name).orElseThrow().text();
            assertTrue(text.contains("Examples\n"), name);
            assertTrue(!text.contains("Options\n") || text.indexOf("Examples\n") < text.indexOf("Options\n"), name);
            EXAMPLE.matcher(text).results().filter(match -> CommandLine.NAMES.contains(match.group(1)) && !SCRIPTS.contains(match.group(1)))
                    .forEach(match -> new Arguments(HelpPage.of(match.group(1)).orElseThrow(), words(match.group(2).split(" {3,}| #")[0])));
        }
    }

    /** As a shell splits them, for the quotes that the pages use. */
    private static List<String> words(String line) {
        return Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)").matcher(line).results()
                .map(m -> m.group(1) != null ? m.group(1) : m.group(2) != null ? m.group(2) : m.group(3)).toList();
    }

    @Test
    @DisplayName("the defaults of generate and of demo are the same")
    void sameDefaults() {
        HelpPage generate = HelpPage.of("generate").orElseThrow();
        assertEquals(Long.toString(DefaultFilters.SEED), generate.option("--seed").defaultValue());
        double temperature = new DefaultFilters().list().getFirst().values().values().iterator().next();
        assertEquals(temperature, Double.parseDouble(generate.option("--temperature").defaultValue()));
    }

    @Test
    @DisplayName("a name that leads out of the folder is no page")
    void noPath() {
        assertFalse(HelpPage.of("../help").isPresent());
        assertFalse(HelpPage.of("").isPresent());
        assertFalse(HelpPage.of("nothing").isPresent());
    }
}
