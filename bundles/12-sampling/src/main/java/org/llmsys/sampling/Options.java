package org.llmsys.sampling;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;

/**
 * Values for a filter's options: what the caller gave, and the defaults for the rest. Immutable.
 *
 * <pre>{@code
 * Options options = Options.of("top-p", factory, Map.of("p", 0.9));
 * options.number("p");                                             // 0.9
 * Options.of("logit-bias", biases, Map.of("42", -100.0)).tokens(); // {42=-100.0}
 * }</pre>
 */
public final class Options {

    /** Digits of the largest token id: nothing longer is read as one. */
    private static final int DIGITS = 8;

    private final Map<String, Double> values = new LinkedHashMap<>();
    private final SortedMap<Integer, Double> tokens = new TreeMap<>();

    /**
     * For a filter whose tokens have no option of their own.
     *
     * @throws Problem for a name the filter does not have, or a value outside its range (NaN included)
     */
    public Options(String owner, List<Option> known, Map<String, Double> given) {
        this(owner, known, Optional.empty(), given);
    }

    private Options(String owner, List<Option> known, Optional<Option> token, Map<String, Double> given) {
        for (Option option : known) {
            values.put(option.name(), checked(owner, option, option.name(), given.getOrDefault(option.name(), option.defaultValue())));
        }
        given.forEach((name, value) -> {
            if (values.containsKey(name)) {
                return;
            }
            if (token.isEmpty() || !isId(name)) {
                throw unknown(owner, token, name);
            }
            tokens.put(Integer.parseInt(name), checked(owner, token.get(), name, value));
        });
    }

    /**
     * The options of a filter.
     *
     * @param owner name of the filter, for messages
     * @throws Problem for a name the filter does not have, or a value outside its range (NaN included)
     */
    public static Options of(String owner, LogitsFilterFactory factory, Map<String, Double> given) {
        return new Options(owner, factory.options(), factory.tokenOption(), given);
    }

    private static double checked(String owner, Option option, String name, Double value) {
        if (value == null || !(value >= option.min() && value <= option.max())) {
            throw Problem.misused(owner + ": " + name + " cannot be " + value, "its range is " + option.min() + " to " + option.max(),
                    "give a value in that range; the default is " + option.defaultValue());
        }
        return value;
    }

    private Problem unknown(String owner, Optional<Option> token, String name) {
        List<String> known = new ArrayList<>(values.keySet());
        token.ifPresent(option -> known.add("a token's id"));
        return Problem.misused(owner + " has no option " + name, "its options are " + known, Names.suggestion(name, values.keySet()));
    }

    private static boolean isId(String name) {
        return !name.isEmpty() && name.length() <= DIGITS && name.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** The value of an option. */
    public double number(String name) {
        return values.get(name);
    }

    /** The values that were given to tokens, by rising id. Read only. */
    public SortedMap<Integer, Double> tokens() {
        return Collections.unmodifiableSortedMap(tokens);
    }
}
