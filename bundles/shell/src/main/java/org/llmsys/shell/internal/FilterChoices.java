package org.llmsys.shell.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Json;

/**
 * The filters a command line asks for, in the order in which they run: temperature, top-k, top-p, then those of {@code --filters}.
 *
 * <pre>
 *   --temperature 0.8 --filters min-p=0.05,repetition-penalty:penalty=1.2:window=64
 * </pre>
 */
record FilterChoices(Assemblies assemblies) {

    private static final String SLOT = "filter";
    private static final String BIAS = "logit-bias";
    private static final List<String> SHORTHANDS = List.of("temperature", "top-k", "top-p");

    List<FilterChoice> of(Arguments arguments) {
        List<FilterChoice> choices = new ArrayList<>();
        for (String name : SHORTHANDS) {
            arguments.text("--" + name).ifPresent(value -> choices.add(choice(name, List.of(value))));
        }
        choices.addAll(named(arguments));
        return choices;
    }

    /** Those of {@code --filters} alone, which count for a greedy text too. */
    List<FilterChoice> named(Arguments arguments) {
        List<FilterChoice> choices = new ArrayList<>();
        arguments.text("--filters").ifPresent(list -> {
            for (String filter : list.split(",")) {
                String[] parts = filter.strip().split(":");
                int equals = parts[0].indexOf('=');
                List<String> settings = new ArrayList<>(List.of(parts).subList(1, parts.length));
                if (equals >= 0) {
                    settings.addFirst(parts[0].substring(equals + 1));
                }
                choices.add(choice(equals < 0 ? parts[0] : parts[0].substring(0, equals), settings));
            }
        });
        return choices;
    }

    /** What {@code --logit-bias 42=-100,7=2.5} means: the filter of that name. */
    FilterChoice bias(String list) {
        List<String> settings = new ArrayList<>();
        for (String setting : list.split(",", -1)) {
            int equals = setting.indexOf('=');
            if (equals < 1 || !isNumber(setting.substring(equals + 1))) {
                throw Problem.misused("--logit-bias cannot be " + list, "\"" + setting.strip() + "\" gives no token a bias",
                        "write for example --logit-bias 42=-100,7=2.5");
            }
            settings.add(setting.strip());
        }
        return choice(BIAS, settings);
    }

    /** @param settings {@code name=value}, or a bare value for the filter's main option */
    private FilterChoice choice(String name, List<String> settings) {
        List<String> known = assemblies.current().candidates(SLOT).stream().map(Candidate::name).toList();
        if (!known.contains(name)) {
            throw Problem.misused("there is no filter " + name, "the filters are " + String.join(", ", new TreeSet<>(known)),
                    Names.suggestion(name, known));
        }
        try (Assemblies.Held<LogitsFilterFactory> filter = assemblies.hold(LogitsFilterFactory.class, name)) {
            List<Option> options = filter.provider().options();
            Map<String, Double> values = new LinkedHashMap<>();
            for (String setting : settings) {
                int equals = setting.indexOf('=');
                if (equals < 0 && options.isEmpty()) {
                    throw Problem.misused("the filter " + name + " takes no value", "it has no options", "write " + name + " alone");
                }
                String option = equals < 0 ? options.getFirst().name() : setting.substring(0, equals).strip();
                values.put(option, number(name, setting.substring(equals + 1), options));
            }
            Options.of(name, filter.provider(), values);               // refuses what is out of range before anything is loaded
            return new FilterChoice(name, values);
        }
    }

    private static boolean isNumber(String text) {
        try {
            return Double.isFinite(Double.parseDouble(text.strip()));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static double number(String filter, String text, List<Option> options) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw Problem.misused(filter + " cannot be " + text, "it takes a number",
                    "write for example " + filter + "=" + (options.isEmpty() ? 1 : Json.text(options.getFirst().defaultValue())));
        }
    }
}
