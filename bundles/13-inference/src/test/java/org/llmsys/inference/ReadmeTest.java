package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.insight.AblationStudy;
import org.llmsys.inference.insight.AblationTarget;
import org.llmsys.inference.insight.AblationValue;
import org.llmsys.inference.insight.Trace;
import org.llmsys.inference.insight.TracePattern;
import org.llmsys.inference.insight.TraceRecorder;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;

/** The code of the room's README runs here, and gives what the README says. */
class ReadmeTest {

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final InferenceEngine engine = new AutoregressiveEngine(assemblies);
    private final LoadedModel model = TinyModels.characters(assemblies, 24);
    private final int[] prompt = model.tokenizer().encode("the cat");

    @Test
    @DisplayName("the loop writes five characters")
    void loop() {
        StringBuilder text = new StringBuilder();
        try (GenerationSession session = engine.open(model, prompt, GenerationOptions.greedy(5), StepListener.NONE)) {
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                text.append(token.text());
            }
        }
        assertEquals(5, text.length());
    }

    @Test
    @DisplayName("the loss of the prompt is that of one pass over it")
    void loss() {
        double loss;
        GenerationOptions measured = GenerationOptions.greedy(0).measuring(LogProbabilities.Request.of(3).withPrompt());
        try (GenerationSession session = engine.open(model, prompt, measured, StepListener.NONE)) {
            session.next();
            List<LogProbabilities> read = session.promptLogProbabilities();
            loss = -read.stream().skip(1).mapToDouble(LogProbabilities::logProbability).average().orElseThrow();
            assertEquals(7, read.size());
            assertEquals(3, read.get(1).top().size());
        }
        float[][] logits = Writing.logits(assemblies, model, prompt);
        double sum = 0;
        for (int t = 1; t < prompt.length; t++) {
            double total = 0;
            for (float logit : logits[t - 1]) {
                total += Math.exp(logit);
            }
            sum += Math.log(total) - logits[t - 1][prompt[t]];
        }
        assertEquals(sum / 6, loss, 1e-5);
    }

    @Test
    @DisplayName("two sessions on one prefix write the same")
    void prefix() {
        boolean same;
        try (PromptPrefix prefix = engine.prefix(model, prompt, 20, StepListener.NONE);
                GenerationSession one = prefix.open(prompt, GenerationOptions.greedy(5), StepListener.NONE);
                GenerationSession other = prefix.open(prompt, GenerationOptions.greedy(5), StepListener.NONE)) {
            same = one.next().equals(other.next());
        }
        assertTrue(same);
    }

    @Test
    @DisplayName("a longer text is refused with both numbers")
    void memory() {
        SessionMemory need = engine.memoryOf(model, prompt.length, GenerationOptions.greedy(5));
        InferenceEngine small = engine.within(new EngineLimits(need.bytes(), 8));
        small.open(model, prompt, GenerationOptions.greedy(5), StepListener.NONE).close();
        Problem problem = assertThrows(Problem.class, () -> {
            small.open(model, prompt, GenerationOptions.greedy(14), StepListener.NONE);
        });
        assertTrue(problem.getMessage().contains(" bytes") && problem.why().contains("its limit is " + need.bytes() + " bytes"), problem.text());
    }

    @Test
    @DisplayName("a pattern's rows add up to one, and a head that is taken away changes the loss")
    void inside() {
        double helped;
        Trace trace = new TraceRecorder(assemblies, StepListener.NONE).record(model, prompt, TracePattern.of("blocks.*.attn.hook_pattern"));
        Tensor pattern = trace.places().get("blocks.0.attn.hook_pattern");
        try (AblationStudy study = new AblationStudy(assemblies, model, prompt, -1, StepListener.NONE)) {
            helped = study.without(List.of(new AblationTarget.Head(0, 1)), AblationValue.ZERO).loss() - study.whole().loss();
        }
        assertEquals(prompt.length, pattern.shape().intExtent(3));
        double sum = 0;
        for (int s = 0; s < prompt.length; s++) {
            sum += pattern.get(0, 1, prompt.length - 1, s);
        }
        assertEquals(1, sum, 1e-5);
        assertTrue(helped != 0 && Double.isFinite(helped), "the head did nothing");
    }
}
