package org.llmsys.inference;

import java.util.List;
import java.util.Map;

/**
 * How to write.
 *
 * @param maxTokens most tokens to write, 0 or more
 * @param sampler   name in slot sampler; null for the workbench's choice
 * @param filters   filters in the order they run
 * @param seed      of the draws
 * @param stopTexts the continuation ends before the first of these
 */
public record GenerationOptions(int maxTokens, String sampler, List<FilterChoice> filters, long seed, List<String> stopTexts) {

    /** A filter by name, and the values of its options. */
    public record FilterChoice(String name, Map<String, Double> values) {
    }

    /** The likeliest token each time. */
    public static GenerationOptions greedy(int maxTokens) {
        return new GenerationOptions(maxTokens, "greedy", List.of(), 0, List.of());
    }
}
