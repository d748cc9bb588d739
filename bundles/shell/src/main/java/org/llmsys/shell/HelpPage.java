package org.llmsys.shell;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page that {@code --help} prints, read as a grammar: which options there are, which take a value, in which range, with which
 * default. So help and parser cannot differ.
 *
 * <pre>
 *   --temperature X   divides the logits; 0 is greedy [0 to 100, default 0.8]
 *   --out DIR         where the model goes
 *   --json            one JSON object
 * </pre>
 *
 * An upper-case word after the name says that the option takes a value: {@code N} a whole number, {@code X} any number, all others text.
 */
public final class HelpPage {

    /**
     * One option.
     *
     * @param name         with its hyphens
     * @param value        the upper-case word, empty for a switch
     * @param min          smallest number, -infinity when there is none
     * @param max          largest number
     * @param defaultValue or empty
     */
    public record Option(String name, String value, double min, double max, String defaultValue) {

        boolean takesValue() {
            return !value.isEmpty();
        }
    }

    private static final String FOLDER = "help/";
    private static final Pattern LINE = Pattern.compile("^  (--[a-z][a-z0-9-]*)(?: ([A-Z][A-Z|,=.…]*))?(?:   *(.*))?$");
    private static final Pattern RANGE = Pattern.compile("\\[(-?[0-9.e-]+) (?:to (-?[0-9.e]+)|or more)");
    private static final Pattern DEFAULT = Pattern.compile("\\[(?:[^\\[]*, )?default ([^\\]]+)\\]");

    private final String command;
    private final String text;
    private final Map<String, Option> options = new LinkedHashMap<>();

    HelpPage(String command, String text) {
        this.command = command;
        this.text = text;
        String entry = null;
        for (String line : (text + "\n").split("\n", -1)) {
            boolean continued = line.startsWith("     ") && entry != null;
            if (continued) {
                entry += " " + line.strip();
            } else {
                add(entry);
                entry = line;
            }
        }
        add(entry);
    }

    private void add(String line) {
        Matcher option = line == null ? null : LINE.matcher(line);
        if (option == null || !option.matches()) {
            return;
        }
        String about = option.group(3) == null ? "" : option.group(3);
        Matcher range = RANGE.matcher(about);
        boolean bounded = range.find();
        double min = bounded ? Double.parseDouble(range.group(1)) : Double.NEGATIVE_INFINITY;
        double max = bounded && range.group(2) != null ? Double.parseDouble(range.group(2)) : Double.POSITIVE_INFINITY;
        Matcher otherwise = DEFAULT.matcher(about);
        String value = option.group(2) == null ? "" : option.group(2);
        options.put(option.group(1), new Option(option.group(1), value, min, max, otherwise.find() ? otherwise.group(1) : ""));
    }

    /** The page of a command, if there is such a command. */
    public static Optional<HelpPage> of(String command) {
        if (!command.matches("[a-z][a-z0-9-]*")) {
            return Optional.empty();
        }
        try (InputStream page = HelpPage.class.getResourceAsStream(FOLDER + command + ".txt")) {
            return page == null ? Optional.empty() : Optional.of(new HelpPage(command, new String(page.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new IllegalStateException("the help page of " + command + " cannot be read", e);
        }
    }

    /** The grammar of something that takes no options. */
    public static HelpPage without(String command) {
        return new HelpPage(command, "");
    }

    public String command() {
        return command;
    }

    public String text() {
        return text;
    }

    /** Names of the options, with their hyphens. */
    public Set<String> options() {
        return options.keySet();
    }

    /** An option, or null. */
    public Option option(String name) {
        return options.get(name);
    }
}
