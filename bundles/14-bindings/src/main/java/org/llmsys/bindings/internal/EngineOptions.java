package org.llmsys.bindings.internal;

import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.LogProbabilities;

/**
 * How to write, in the engine's terms: it divides by a temperature, keeps the k likeliest, then those that reach p together, and draws.
 *
 * @param temperature 0: the likeliest token, always
 * @param topK        0: off
 * @param topP        1: off
 */
record EngineOptions(double temperature, int topK, double topP) {

    private static final List<String> ORDER = List.of("temperature", "top-k", "top-p");
    /** The smallest p that the engine takes; it keeps one token, as 0 does. */
    private static final double LEAST_P = 1e-9;

    /** @throws Problem that names what the engine does not do */
    static EngineOptions of(GenerationOptions options) {
        boolean greedy = options.sampler() != null && plain(options.sampler()).equals("greedy");
        if (!greedy && options.sampler() != null && !plain(options.sampler()).equals("categorical")) {
            throw notHere("the sampler " + options.sampler());
        }
        LogProbabilities.Request request = options.logProbabilities().orElse(null);
        if (request != null && (request.filtered() || request.prompt() && request.alternatives() > 0)) {
            throw notHere(request.filtered() ? "probabilities after the filters" : "the prompt's alternatives");
        }
        double temperature = 1;
        int topK = 0;
        double topP = 1;
        int last = -1;
        for (FilterChoice choice : options.filters()) {
            String name = plain(choice.name());
            int place = ORDER.indexOf(name);
            if (place <= last) {
                throw notHere(place < 0 ? "the filter " + choice.name() : "the filter " + choice.name() + " in that place");
            }
            last = place;
            double value = value(name, choice.values());
            switch (name) {
                case "temperature" -> temperature = value;
                case "top-k" -> topK = (int) value;
                default -> topP = Math.max(LEAST_P, value);
            }
        }
        return new EngineOptions(greedy ? 0 : temperature, topK, topP);
    }

    private static double value(String filter, Map<String, Double> given) {
        return new org.llmsys.sampling.Options(filter, List.of(NativeFilter.SETTINGS.get(filter)),
                given).number(NativeFilter.SETTINGS.get(filter).name());
    }

    /** The algorithm, also when an implementation of it was named. */
    private static String plain(String name) {
        int suffix = name.indexOf("-native");
        return suffix < 0 ? name : name.substring(0, suffix);
    }

    private static Problem notHere(String what) {
        return Problem.misused("the native engine does not do " + what,
                "it has the samplers greedy and categorical and the filters temperature, top-k and top-p, in this order",
                        "choose the engine single or batched");
    }
}
