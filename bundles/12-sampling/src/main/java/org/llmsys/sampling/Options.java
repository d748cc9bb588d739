package org.llmsys.sampling;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;

/** Values for a filter's options: what the caller gave, and the defaults for the rest. Immutable. */
public final class Options {

    private final Map<String, Double> values = new LinkedHashMap<>();

    /** @throws Problem for a name the filter does not have, or a value outside its range (NaN included) */
    public Options(String owner, List<Option> known, Map<String, Double> given) {
        for (Option option : known) {
            double value = given.getOrDefault(option.name(), option.defaultValue());
            if (!(value >= option.min() && value <= option.max())) {
                throw Problem.misused(owner + ": " + option.name() + " cannot be " + value, "its range is " + option.min() + " to " + option.max(),
                        "give a value in that range; the default is " + option.defaultValue());
            }
            values.put(option.name(), value);
        }
        for (String name : given.keySet()) {
            if (!values.containsKey(name)) {
                throw Problem.misused(owner + " has no option " + name, "its options are " + values.keySet(), Names.suggestion(name, values.keySet()));
            }
        }
    }

    public double number(String name) {
        return values.get(name);
    }
}
