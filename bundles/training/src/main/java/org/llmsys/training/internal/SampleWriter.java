package org.llmsys.training.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.training.data.TokenSource;

/** Lets the model that is learning write a few words, to be read beside the loss. Draws depend on seed and step alone and touch nothing. */
final class SampleWriter {

    private static final int PROMPT = 12;
    private static final int TOKENS = 60;
    private static final double TEMPERATURE = 0.8;

    private final Assemblies assemblies;
    private final LoadedModel model;
    private final int[] prompt;

    /** @param text ids whose first word is the prompt */
    SampleWriter(Assemblies assemblies, LoadedModel model, TokenSource text) {
        this.assemblies = assemblies;
        this.model = model;
        this.prompt = firstWord(text.ids(0, Math.min(PROMPT, Math.min(text.size(), model.model().config().contextLength() / 2 + 1))));
    }

    private int[] firstWord(int[] text) {
        int length = 1;
        while (length < text.length && !model.tokenizer().decode(new int[] {text[length - 1]}).isBlank()) {
            length++;
        }
        return Arrays.copyOf(text, length);
    }

    /** A prompt from the text and what the model makes of it; empty when the workbench has no engine, or one that fails: a sample is an extra. */
    String write(long seed) {
        Candidate engine = assemblies.current().serving("engine", Need.ANY).orElse(null);
        if (engine == null || prompt.length >= model.model().config().contextLength()) {
            return "";
        }
        GenerationOptions options = new GenerationOptions(TOKENS, "categorical",
                List.of(new FilterChoice("temperature", Map.of("temperature", TEMPERATURE))), seed, List.of());
        StringBuilder text = new StringBuilder(model.tokenizer().decode(prompt));
        try (Assemblies.Held<InferenceEngine> held = assemblies.hold(InferenceEngine.class, engine.name());
                GenerationSession session = held.provider().open(model, prompt, options, StepListener.NONE)) {
            for (GenerationSession.GeneratedToken token = session.next(); token != null; token = session.next()) {
                text.append(token.text());
            }
            return text.toString();
        } catch (Problem e) {
            return "";
        }
    }
}
