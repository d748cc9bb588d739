package org.llmsys.bindings.internal;

import java.util.List;
import java.util.Map;

import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;

/** Logits reshaped in place by the engine. Each of its filters has one number, the same as the filter of that algorithm in Java. */
final class NativeFilter implements LogitsFilterFactory {

    /** By algorithm. */
    static final Map<String, Option> SETTINGS = Map.of(
            "temperature", new Option("temperature", 1, 0, 100, "divides the logits; 0 keeps the likeliest token only"),
            "top-k", new Option("k", 40, 1, Integer.MAX_VALUE, "how many tokens stay"),
            "top-p", new Option("p", 0.9, 0, 1, "probability the kept tokens reach together; 0 keeps the likeliest only"),
            "min-p", new Option("p", 0.05, 0, 1, "share of the largest probability a token needs; 0 keeps all"));

    private final Option setting;
    private final CText algorithm;
    private final CText name;

    NativeFilter(String what, CText algorithm, CText name) {
        this.setting = SETTINGS.get(what);
        this.algorithm = algorithm;
        this.name = name;
    }

    @Override
    public List<Option> options() {
        return List.of(setting);
    }

    @Override
    public LogitsFilter create(Options options) {
        double value = options.number(setting.name());
        return logits -> apply(algorithm.address(), name.address(), logits, logits.length, value);
    }

    private static native void apply(long algorithm, long name, float[] logits, long v, double setting);
}
