package org.llmsys.shell;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;

/** What was typed after a command, checked against its help page. {@code --name value} and {@code --name=value}; {@code --} ends the options. */
public final class Arguments {

    private final HelpPage page;
    private final Map<String, String> given = new LinkedHashMap<>();
    private final List<String> words = new ArrayList<>();

    /** @throws Problem for an unknown option, a missing value, a value outside its range */
    public Arguments(HelpPage page, List<String> typed) {
        this.page = page;
        for (int i = 0; i < typed.size(); i++) {
            String word = typed.get(i);
            if (word.equals("--")) {
                words.addAll(typed.subList(i + 1, typed.size()));
                return;
            }
            if (!word.startsWith("--")) {
                words.add(word);
                continue;
            }
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            HelpPage.Option option = page.option(name);
            if (option == null) {
                throw wrong(page.command() + " has no option " + name, "its options are " + String.join(" ", page.options()),
                        Names.suggestion(name, page.options()));
            }
            if (!option.takesValue()) {
                if (equals >= 0) {
                    throw wrong(name + " takes no value", word + " gives it one", "leave out " + word.substring(equals));
                }
                given.put(name, "");
            } else if (equals >= 0) {
                given.put(name, checked(option, word.substring(equals + 1)));
            } else if (i + 1 < typed.size() && !isOption(typed.get(i + 1))) {
                given.put(name, checked(option, typed.get(++i)));
            } else {
                throw wrong(name + " needs a value", "nothing follows it", "write " + name + " " + option.value());
            }
        }
    }

    /** Another option, and not a text that happens to begin with hyphens. */
    private boolean isOption(String word) {
        int equals = word.indexOf('=');
        return word.startsWith("--") && page.option(equals < 0 ? word : word.substring(0, equals)) != null;
    }

    private Problem wrong(String what, String why, String fix) {
        return Problem.misused(what, why, fix + "; ./llmsys " + page.command() + " --help shows examples");
    }

    private String checked(HelpPage.Option option, String value) {
        if (value.isBlank() && !option.value().equals("TEXT")) {       // an empty path would be the folder one stands in
            throw wrong(option.name() + " cannot be empty", "its value has no characters", "write " + option.name() + " " + option.value());
        }
        boolean whole = option.value().equals("N");
        if (whole || option.value().equals("X")) {
            double number;
            try {
                number = whole ? Long.parseLong(value.strip()) : Double.parseDouble(value.strip());
            } catch (NumberFormatException e) {
                throw wrong(option.name() + " cannot be " + value, "it takes a " + (whole ? "whole " : "") + "number", "write " + option.name()
                        + " " + example(option));
            }
            if (!(number >= option.min() && number <= option.max())) {
                throw wrong(option.name() + " cannot be " + value, "its range is " + shown(option.min()) + (option.max() == Double.POSITIVE_INFINITY
                        ? " or more" : " to " + shown(option.max())), "write " + option.name() + " " + example(option));
            }
        }
        return value;
    }

    private static String example(HelpPage.Option option) {
        return option.defaultValue().matches("-?[0-9.]+") ? option.defaultValue() : shown(Double.isFinite(option.min()) ? option.min() : 1);
    }

    private static String shown(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private HelpPage.Option known(String option) {
        HelpPage.Option known = page.option(option);
        if (known == null) {
            throw new IllegalArgumentException("the help page of " + page.command() + " does not have " + option);
        }
        return known;
    }

    /** Whether the option was typed. */
    public boolean has(String option) {
        known(option);
        return given.containsKey(option);
    }

    /** The value typed, else the page's default, else nothing. */
    public Optional<String> text(String option) {
        String otherwise = known(option).defaultValue();
        return Optional.ofNullable(given.get(option)).or(() -> otherwise.isEmpty() ? Optional.empty() : Optional.of(otherwise));
    }

    /** As {@link #text}, for options a command cannot do without. */
    public String required(String option) {
        return text(option).orElseThrow(() -> wrong(page.command() + " needs " + option, "it was not given",
                "write " + option + " " + known(option).value()));
    }

    /** A number; the option is on the page with a default. */
    public double number(String option) {
        return Double.parseDouble(required(option).strip());
    }

    /** A whole number; the option is on the page with a default. */
    public long whole(String option) {
        return Long.parseLong(required(option).strip());
    }

    /** A file or folder. */
    public Optional<Path> path(String option) {
        return text(option).map(value -> {
            try {
                return Path.of(value);
            } catch (InvalidPathException e) {
                throw wrong(option + " cannot be " + value, e.getReason(), "give a path");
            }
        });
    }

    /** The words that are no options, as many as are named here. @throws Problem when there are more or fewer */
    public List<String> words(String... names) {
        if (words.size() != names.length) {
            throw wrong(page.command() + " takes " + (names.length == 0 ? "no words" : String.join(" ", names)),
                    words.isEmpty() ? "none was given" : "it was given " + String.join(" ", words), "write ./llmsys " + page.command()
                    + (names.length == 0 ? "" : " " + String.join(" ", names)) + ", text with spaces in quotes");
        }
        return List.copyOf(words);
    }

    /** The words that are no options. */
    public List<String> words() {
        return List.copyOf(words);
    }
}
