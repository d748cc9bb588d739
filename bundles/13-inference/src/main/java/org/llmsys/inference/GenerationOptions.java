package org.llmsys.inference;

import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Problem;

/**
 * How to write.
 *
 * @param maxTokens most tokens to write, 0 or more
 * @param sampler   name in slot sampler; null for the workbench's choice
 * @param filters   filters in the order they run
 * @param seed      of the draws
 * @param stopTexts the continuation ends before the first of these
 * @param slide     when the context is full: true forgets its older half and goes on, false ends with {@code context}. What was
 *                  forgotten no longer bears on what is written, and the half that stays is read again, which takes a moment
 */
public record GenerationOptions(int maxTokens, String sampler, List<FilterChoice> filters, long seed, List<String> stopTexts, boolean slide) {

    /** @throws Problem for a negative number of tokens or an empty stop text */
    public GenerationOptions {
        if (maxTokens < 0) {
            throw Problem.misused("cannot write " + maxTokens + " tokens", "the number of tokens must be 0 or more", "give --max-tokens 0 or more");
        }
        filters = List.copyOf(filters);
        stopTexts = List.copyOf(stopTexts);
        if (stopTexts.contains("")) {
            throw Problem.misused("a stop text is empty", "every text contains the empty text, so nothing could be written", "give a stop text of at least one character");
        }
    }

    /** Ends when the context is full. */
    public GenerationOptions(int maxTokens, String sampler, List<FilterChoice> filters, long seed, List<String> stopTexts) {
        this(maxTokens, sampler, filters, seed, stopTexts, false);
    }

    /** A filter by name, and the values of its options. */
    public record FilterChoice(String name, Map<String, Double> values) {
    }

    /** The likeliest token each time. */
    public static GenerationOptions greedy(int maxTokens) {
        return new GenerationOptions(maxTokens, "greedy", List.of(), 0, List.of());
    }

    /** The same, going on when the context is full. */
    public GenerationOptions sliding() {
        return new GenerationOptions(maxTokens, sampler, filters, seed, stopTexts, true);
    }
}
