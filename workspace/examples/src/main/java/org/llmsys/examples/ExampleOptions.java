package org.llmsys.examples;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;

/** What a person chose for an example, by name without hyphens; a switch has an empty value. Immutable. */
public final class ExampleOptions {

    private final Map<String, String> given;

    public ExampleOptions(Map<String, String> given) {
        this.given = Map.copyOf(given);
    }

    /** Name, value, name, value, …: for tests and for use from Java. */
    public static ExampleOptions of(Object... namesAndValues) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            given.put(namesAndValues[i].toString(), namesAndValues[i + 1].toString());
        }
        return new ExampleOptions(given);
    }

    /** Whether it was given. */
    public boolean has(String name) {
        return given.containsKey(name);
    }

    /** A text, or what stands in for it. */
    public String text(String name, String otherwise) {
        return given.getOrDefault(name, otherwise);
    }

    /**
     * A count of 1 or more, such as {@code steps} or {@code epochs}.
     *
     * @throws Problem for anything else
     */
    public int count(String name, int otherwise) {
        long count = whole(name, otherwise);
        if (count < 1 || count > Integer.MAX_VALUE) {
            throw Problem.misused("--" + name + " cannot be " + count, "it counts, from 1 on", "write for example --" + name + " " + otherwise);
        }
        return (int) count;
    }

    /**
     * A whole number, such as {@code seed}.
     *
     * @throws Problem for anything else
     */
    public long whole(String name, long otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        try {
            return Long.parseLong(given.get(name).strip());
        } catch (NumberFormatException e) {
            throw Problem.misused("--" + name + " cannot be " + given.get(name), "it takes a whole number",
                    "write for example --" + name + " " + otherwise);
        }
    }

    /**
     * A file or folder.
     *
     * @throws Problem when it cannot be a path
     */
    public Optional<Path> path(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(given.get(name)));
        } catch (InvalidPathException e) {
            throw Problem.misused("--" + name + " cannot be " + given.get(name), e.getReason(), "give a path");
        }
    }

    /**
     * A file the example cannot do without.
     *
     * @throws Problem when it was not given
     */
    public Path file(String name) {
        return path(name).orElseThrow(() -> Problem.misused("--" + name + " is missing", "this example reads a file", "give it: --" + name + " FILE"));
    }
}
