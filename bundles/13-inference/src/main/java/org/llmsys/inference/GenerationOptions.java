package org.llmsys.inference;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;

/**
 * How to write.
 *
 * <pre>{@code
 * GenerationOptions.greedy(40).stoppingAt(List.of("THE END", "\n\n")).measuring(LogProbabilities.Request.of(5).withPrompt());
 * }</pre>
 *
 * @param maxTokens        most tokens to write, 0 or more
 * @param sampler          name in slot sampler; null for the workbench's choice
 * @param filters          filters in the order they run
 * @param seed             of the draws
 * @param stopTexts        the continuation ends before the first of these, wherever the borders of tokens fall
 * @param stopTokens       the continuation ends before the first of these ids, with the reason {@code stop}
 * @param slide            when the context is full: true forgets its older half and goes on, false ends with {@code context}. What was
 *                         forgotten no longer bears on what is written, and the half that stays is read again from position 0, which takes
 *                         a moment and holds for learned and rotary positions alike
 * @param logProbabilities what shall be measured; empty for nothing
 */
public record GenerationOptions(int maxTokens, String sampler, List<FilterChoice> filters, long seed, List<String> stopTexts,
        List<Integer> stopTokens, boolean slide, Optional<LogProbabilities.Request> logProbabilities) {

    /** @throws Problem for a negative number of tokens or alternatives, a negative stop token or an empty stop text */
    public GenerationOptions {
        if (maxTokens < 0) {
            throw Problem.misused("cannot write " + maxTokens + " tokens", "the number of tokens must be 0 or more", "give --max-tokens 0 or more");
        }
        filters = List.copyOf(filters);
        stopTexts = List.copyOf(stopTexts);
        stopTokens = List.copyOf(stopTokens);
        if (stopTexts.contains("")) {
            throw Problem.misused("a stop text is empty", "every text contains the empty text, so nothing could be written",
                    "give a stop text of at least one character");
        }
        if (stopTokens.stream().anyMatch(id -> id < 0)) {
            throw Problem.misused("a stop token is negative", "the stop tokens are " + stopTokens + ", and ids begin at 0",
                    "give ids of the model's vocabulary");
        }
        if (logProbabilities.filter(request -> request.alternatives() < 0).isPresent()) {
            throw Problem.misused("cannot name " + logProbabilities.get().alternatives() + " alternatives",
                    "their number must be 0 or more", "give --logprobs 0 or more");
        }
    }

    /** Ends when the context is full; no stop tokens, nothing measured. */
    public GenerationOptions(int maxTokens, String sampler, List<FilterChoice> filters, long seed, List<String> stopTexts) {
        this(maxTokens, sampler, filters, seed, stopTexts, List.of(), false, Optional.empty());
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
        return new GenerationOptions(maxTokens, sampler, filters, seed, stopTexts, stopTokens, true, logProbabilities);
    }

    /** The same, ending before these texts and no others. */
    public GenerationOptions stoppingAt(List<String> texts) {
        return new GenerationOptions(maxTokens, sampler, filters, seed, texts, stopTokens, slide, logProbabilities);
    }

    /** The same, ending before these ids and no others. */
    public GenerationOptions stoppingAtTokens(List<Integer> ids) {
        return new GenerationOptions(maxTokens, sampler, filters, seed, stopTexts, ids, slide, logProbabilities);
    }

    /** The same, with log-probabilities. */
    public GenerationOptions measuring(LogProbabilities.Request request) {
        return new GenerationOptions(maxTokens, sampler, filters, seed, stopTexts, stopTokens, slide, Optional.of(request));
    }

    /** Whether the prompt's tokens are measured too. */
    public boolean measuresPrompt() {
        return logProbabilities.filter(LogProbabilities.Request::prompt).isPresent();
    }
}
