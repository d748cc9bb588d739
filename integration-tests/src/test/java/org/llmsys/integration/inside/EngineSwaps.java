package org.llmsys.integration.inside;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.LogProbabilities;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelPresets;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;
import org.osgi.framework.BundleContext;

/**
 * Writes with engine single, and again while the choice goes to and fro between single and batched; with and without a stop text that lies across
 * several tokens. Scores are compared by their ids: who reads a text at once rounds otherwise than who reads it token by token. Result:
 * {@code different}, in words, and {@code stopped}, how many stop texts ended a sequence.
 */
public final class EngineSwaps implements BiFunction<BundleContext, String, Map<String, Object>> {

    private static final int[] PROMPT = {65, 66, 207, 13};
    private static final int TOKENS = 26;
    private static final int STOP = 4;

    private Assemblies assemblies;
    private LoadedModel model;

    @Override
    public Map<String, Object> apply(BundleContext context, String unused) {
        assemblies = new House(context).service(Assemblies.class);
        model = bytes();
        InferenceEngine serving = NativeSwaps.serving(context);
        List<Object> calm = written(serving, List.of(), 0);
        List<String> different = new ArrayList<>();
        for (int period : List.of(1, 2, 3, 7)) {
            compare(different, calm, written(serving, List.of(), period), "every " + period);
        }
        String text = calm.getLast().toString();
        int stopped = 0;
        for (int at = 3; at + STOP < text.length(); at += 2) {
            List<String> stop = List.of(text.substring(at, at + STOP));
            List<Object> alone = written(serving, stop, 0);
            stopped += alone.contains("stop") ? 1 : 0;
            compare(different, alone, written(serving, stop, 1), "stop at " + stop);
        }
        return Map.of("different", different, "stopped", stopped);
    }

    private static void compare(List<String> different, List<Object> calm, List<Object> swapped, String how) {
        if (!calm.equals(swapped)) {
            different.add(how + ": " + calm + " became " + swapped);
        }
    }

    /** Bytes as tokens, so that characters and stop texts lie across several of them. */
    private LoadedModel bytes() {
        try (Assemblies.Held<TokenizerType> type = assemblies.hold(TokenizerType.class, "byte-bpe")) {
            Tokenizer tokenizer = type.provider().train("no pair of this is worth a token", new TokenizerType.TrainingSettings(260, 1),
                    Job.silent("test"));
            ModelConfig config = ModelPresets.named("tiny").withVocabSize(tokenizer.vocabSize());
            return new LoadedModel("bytes", new TransformerModel(config, ModelWeights.initialize(config, 7)), tokenizer);
        }
    }

    /** Everything that is told of a sequence, its text last; another engine is chosen after so many tokens, 0: never. */
    private List<Object> written(InferenceEngine engine, List<String> stops, int period) {
        GenerationOptions options = new GenerationOptions(TOKENS, "categorical",
                List.of(new FilterChoice("temperature", Map.of("temperature", 0.9))), 5, stops)
                        .measuring(LogProbabilities.Request.of(3).withPrompt());
        assemblies.use("engine", "single");
        List<Object> all = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        try (GenerationSession session = engine.open(model, PROMPT, options, StepListener.NONE)) {
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                all.add(token.id() + " " + (token.model() == null ? "" : token.model().id() + " " + token.model().top().size()));
                text.append(token.text());
                int written = all.size();
                if (period > 0 && written % period == 0) {
                    assemblies.use("engine", written / period % 2 == 0 ? "single" : "batched");
                }
            }
            all.add(session.promptLogProbabilities().stream().map(LogProbabilities::id).toList());
            all.add(session.stopReason());
        }
        assemblies.use("engine", "auto");
        all.add(text.toString());
        return all;
    }
}
