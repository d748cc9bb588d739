package org.llmsys.inference.insight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.tensor.WorkerPool;

/** An account of each token, which is the account of what an engine does. */
class StepByStepTest {

    private static final int[] PROMPT = {3, 1, 4};
    private static final List<FilterChoice> FILTERS = List.of(new FilterChoice("temperature", Map.of("temperature", 1.3)),
            new FilterChoice("top-k", Map.of("k", 11.0)), new FilterChoice("top-p", Map.of("p", 0.8)),
            new FilterChoice("repetition-penalty", Map.of("penalty", 1.2)));

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final LoadedModel model = InsightModels.llama(assemblies);

    private List<StepChoice> steps(GenerationOptions options) {
        List<StepChoice> choices = new ArrayList<>();
        try (StepByStep steps = new StepByStep(assemblies, model, PROMPT, options, 4, StepListener.NONE)) {
            for (StepChoice choice = steps.next(); choice != null; choice = steps.next()) {
                choices.add(choice);
            }
            assertEquals("length", steps.stopReason());
        }
        return choices;
    }

    private List<Integer> written(GenerationOptions options) {
        List<Integer> ids = new ArrayList<>();
        try (GenerationSession session = new AutoregressiveEngine(assemblies).open(model, PROMPT, options, StepListener.NONE)) {
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                ids.add(token.id());
            }
        }
        return ids;
    }

    @Test
    @DisplayName("the tokens are those the engine writes, also past the end of the context, and each draw lies in its token's part")
    void sameTokens() {
        GenerationOptions options = new GenerationOptions(40, "categorical", FILTERS, 7, List.of()).sliding();
        List<StepChoice> choices = steps(options);
        assertEquals(written(options), choices.stream().map(StepChoice::id).toList());
        assertTrue(choices.stream().map(StepChoice::id).distinct().count() > 5, "a lively text");
        for (int n = 0; n < choices.size(); n++) {
            StepChoice choice = choices.get(n);
            assertEquals(PROMPT.length + n, choice.position());
            assertTrue(choice.from() <= choice.draw() + 1e-9 && choice.draw() < choice.to() + 1e-9, choice.toString());
            assertEquals(choice.chosen().after(), choice.to() - choice.from(), 1e-12);
            assertTrue(choice.possible() == 1 || choice.why().startsWith("categorical drew 0."), choice.why());
        }
    }

    @Test
    @DisplayName("each filter says how many were possible before it and behind it, and the likeliest of what it cut")
    void filters() {
        StepChoice choice = steps(new GenerationOptions(1, "categorical", FILTERS, 7, List.of())).getFirst();
        assertEquals(List.of("temperature", "top-k", "top-p", "repetition-penalty"), choice.filters().stream().map(StepFilter::name).toList());
        StepFilter temperature = choice.filters().get(0);
        assertEquals(29, temperature.before());
        assertEquals(29, temperature.after());
        assertEquals(List.of(), temperature.removed());
        StepFilter topK = choice.filters().get(1);
        assertEquals(29, topK.before());
        assertEquals(11, topK.after());
        assertEquals(4, topK.removed().size());
        StepFilter topP = choice.filters().get(2);
        assertEquals(11, topP.before());
        assertEquals(choice.possible(), topP.after());
        assertEquals("top-k", topK.removed().getFirst().cutBy());
        assertTrue(topP.probability() <= 0.2 + 1e-9, "what reaches 0.8 stays");
        assertEquals(topP.removed().stream().mapToDouble(cut -> cut.probabilities().get(2)).sum(), topP.probability(),
                topP.before() - topP.after() > 4 ? 1 : 1e-9);
    }

    @Test
    @DisplayName("candidates come likeliest first, with a probability behind each filter; those that were cut say by which")
    void candidates() {
        StepChoice choice = steps(new GenerationOptions(1, "categorical", List.of(new FilterChoice("top-k", Map.of("k", 2.0))), 7, List.of()))
                .getFirst();
        assertEquals(4, choice.candidates().size());
        for (int i = 0; i < 4; i++) {
            StepCandidate candidate = choice.candidates().get(i);
            assertEquals(2, candidate.probabilities().size());
            assertEquals(i < 2 ? null : "top-k", candidate.cutBy());
            assertTrue(i == 0 || candidate.before() <= choice.candidates().get(i - 1).before());
        }
        assertEquals(1, choice.candidates().get(0).after() + choice.candidates().get(1).after(), 1e-12);
        assertEquals(0, choice.candidates().get(2).after());
    }

    @Test
    @DisplayName("greedy takes the likeliest and says so; a single token left needs no draw")
    void greedy() {
        StepChoice choice = steps(GenerationOptions.greedy(1)).getFirst();
        assertEquals(1, choice.rank());
        assertEquals(choice.candidates().getFirst().id(), choice.id());
        assertEquals("greedy takes the likeliest of the 29 tokens left", choice.why());
        assertNull(choice.chosen().cutBy());
        assertEquals("it was the only token left", steps(new GenerationOptions(1, null, List.of(new FilterChoice("top-k", Map.of("k", 1.0))), 7,
                List.of()))
                .getFirst().why());
    }

    @Test
    @DisplayName("a filter that is not there is a problem, before anything is computed")
    void refuses() {
        GenerationOptions options = new GenerationOptions(1, null, List.of(new FilterChoice("top-q", Map.of())), 7, List.of());
        assertThrows(Problem.class, () -> new StepByStep(assemblies, model, PROMPT, options, 4, StepListener.NONE));
    }
}
