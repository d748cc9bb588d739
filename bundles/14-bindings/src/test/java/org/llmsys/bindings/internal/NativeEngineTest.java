package org.llmsys.bindings.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.EngineLimits;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.LogProbabilities;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelConfigJson;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

/** The whole engine in C++ writes what the engine assembled from Java's services writes. */
class NativeEngineTest {

    private static final String LLAMA = """
            {"model_type": "llama", "vocab_size": 97, "max_position_embeddings": 40, "hidden_size": 24, "num_hidden_layers": 2,
                    "num_attention_heads": 4,
             "num_key_value_heads": 2, "intermediate_size": 52, "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": false,
             "rope_theta": 10000.0}
            """;
    private static final String GPT2 = """
            {"model_type": "gpt2", "vocab_size": 89, "n_positions": 40, "n_embd": 24, "n_layer": 2, "n_head": 3, "layer_norm_epsilon": 1e-5,
             "activation_function": "gelu_new"}
            """;
    private static final int[] PROMPT = {5, 17, 3, 60};

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final ModelFolderStore store = new ModelFolderStore(assemblies);
    private final InferenceEngine java = new AutoregressiveEngine(assemblies);
    private final EngineModels models = new EngineModels(store);
    private final OpenObjects open = new OpenObjects();
    private final InferenceEngine engine = new NativeEngine(models, open, EngineLimits.NONE);

    @BeforeEach
    void library() {
        Library.orSkip().threads(2);
    }

    private static LoadedModel model(String config) {
        ModelConfig parsed = ModelConfigJson.read(config);
        return new LoadedModel("tiny", new TransformerModel(parsed, ModelWeights.initialize(parsed, 3)), null);
    }

    private static List<GeneratedToken> written(InferenceEngine engine, LoadedModel model, int[] prompt, GenerationOptions options) {
        try (GenerationSession session = engine.open(model, prompt, options, StepListener.NONE)) {
            List<GeneratedToken> all = new ArrayList<>();
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                all.add(token);
            }
            all.add(new GeneratedToken(GeneratedToken.TEXT_ONLY, session.stopReason()));
            return all;
        }
    }

    private static List<String> idsAndTexts(List<GeneratedToken> tokens) {
        return tokens.stream().map(token -> token.id() + " " + token.text()).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {LLAMA, GPT2})
    @DisplayName("ids, stop reasons and probabilities are those of Java's engine: greedy, drawn, sliding, ended by the context or a stop token")
    void sameAsJava(String config) {
        LoadedModel model = model(config);
        GenerationOptions measured = GenerationOptions.greedy(20).measuring(LogProbabilities.Request.of(3));
        List<GeneratedToken> expected = written(java, model, PROMPT, measured);
        List<GeneratedToken> actual = written(engine, model, PROMPT, measured);
        assertEquals(idsAndTexts(expected), idsAndTexts(actual));
        for (int i = 0; i + 1 < expected.size(); i++) {
            assertEquals(expected.get(i).model().logProbability(), actual.get(i).model().logProbability(), 1e-4);
            assertEquals(expected.get(i).model().top().stream().map(LogProbabilities.Alternative::id).toList(),
                    actual.get(i).model().top().stream().map(LogProbabilities.Alternative::id).toList());
        }
        List<FilterChoice> filters = List.of(new FilterChoice("temperature", Map.of("temperature", 0.8)), new FilterChoice("top-k", Map.of("k",
                30.0)),
                new FilterChoice("top-p", Map.of("p", 0.9)));
        for (GenerationOptions options : List.of(new GenerationOptions(30, "categorical", filters, 11, List.of()), GenerationOptions.greedy(100),
                GenerationOptions.greedy(60).sliding(), GenerationOptions.greedy(20).stoppingAtTokens(List.of(expected.get(4).id())),
                        GenerationOptions.greedy(0))) {
            assertEquals(idsAndTexts(written(java, model, PROMPT, options)), idsAndTexts(written(engine, model, PROMPT, options)),
                    options.toString());
        }
    }

    @Test
    @DisplayName("the prompt's probabilities and the logits are those of Java's engine within 1e-4")
    void measures() {
        LoadedModel model = model(LLAMA);
        GenerationOptions options = GenerationOptions.greedy(3).measuring(LogProbabilities.Request.of(0).withPrompt());
        try (GenerationSession expected = java.open(model, PROMPT, options, StepListener.NONE);
                GenerationSession actual = engine.open(model, PROMPT, options, StepListener.NONE)) {
            assertNull(actual.logits());
            assertEquals(expected.next().id(), actual.next().id());
            float[] wanted = expected.logits();
            float[] got = actual.logits();
            for (int v = 0; v < wanted.length; v++) {
                assertEquals(wanted[v], got[v], 1e-4);
            }
            assertEquals(expected.promptLogProbabilities().size(), actual.promptLogProbabilities().size());
            assertTrue(Double.isNaN(actual.promptLogProbabilities().getFirst().logProbability()));
            for (int i = 1; i < PROMPT.length; i++) {
                assertEquals(expected.promptLogProbabilities().get(i).logProbability(), actual.promptLogProbabilities().get(i).logProbability(),
                        1e-4);
            }
        }
    }

    @Test
    @DisplayName("weights that changed are seen, end tokens of the model end, a cancelled sequence ends, and all memory goes back")
    void life() {
        AllocatedMemory memory = new AllocatedMemory(open, false);
        long live = memory.total().liveBytes();
        LoadedModel model = model(LLAMA);
        List<String> before = idsAndTexts(written(engine, model, PROMPT, GenerationOptions.greedy(8)));
        int third = Integer.parseInt(before.get(2).split(" ")[0]);
        LoadedModel ending = new LoadedModel("tiny", model.model(), null, "none", Set.of(third));
        assertEquals(List.of(before.get(0), before.get(1), "-1 end"), idsAndTexts(written(engine, ending, PROMPT, GenerationOptions.greedy(8))));

        float[] table = model.model().weights().all().values().iterator().next().value().floats();
        for (int i = 0; i < table.length; i++) {
            table[i] = -table[i];
        }
        assertEquals(idsAndTexts(written(java, model, PROMPT, GenerationOptions.greedy(8))), idsAndTexts(written(engine, model, PROMPT,
                GenerationOptions.greedy(8))));

        GenerationSession session = engine.open(model, PROMPT, GenerationOptions.greedy(30), StepListener.NONE);
        session.next();
        session.cancel();
        assertNull(session.next());
        assertEquals("cancelled", session.stopReason());
        session.close();
        session.close();
        engine.open(model, PROMPT, GenerationOptions.greedy(30), StepListener.NONE).next();      // forgotten
        open.close();
        models.close();
        assertEquals(live, memory.total().liveBytes());
    }

    @Test
    @DisplayName("what the engine does not do, a sequence beyond the limits, and ids outside the vocabulary are refused with a reason")
    void refusals() {
        LoadedModel model = model(LLAMA);
        InferenceEngine small = engine.within(new EngineLimits(Long.MAX_VALUE, 1));
        try (GenerationSession one = small.open(model, PROMPT, GenerationOptions.greedy(5), StepListener.NONE)) {
            assertThrows(Problem.class, () -> small.open(model, PROMPT, GenerationOptions.greedy(5), StepListener.NONE));
            assertEquals("length", lastReason(one));
        }
        small.open(model, PROMPT, GenerationOptions.greedy(5), StepListener.NONE).close();
        long need = engine.memoryOf(model, PROMPT.length, GenerationOptions.greedy(5)).bytes();
        assertTrue(need > 0);
        assertThrows(Problem.class, () -> engine.within(EngineLimits.ofBytes(need - 1)).open(model, PROMPT, GenerationOptions.greedy(5),
                StepListener.NONE));
        for (List<FilterChoice> filters : List.of(List.of(new FilterChoice("min-p", Map.of())),
                List.of(new FilterChoice("top-p", Map.of()), new FilterChoice("temperature", Map.of())), List.of(new FilterChoice("top-k",
                        Map.of("k", 0.0))))) {
            assertThrows(Problem.class, () -> engine.open(model, PROMPT, new GenerationOptions(3, null, filters, 0, List.of()), StepListener.NONE));
        }
        Problem outside = assertThrows(Problem.class, () -> engine.open(model, new int[] {1, 97}, GenerationOptions.greedy(5), StepListener.NONE));
        assertTrue(outside.text().contains("97"), outside.text());
    }

    private static String lastReason(GenerationSession session) {
        while (session.next() != null) {
            // to its end
        }
        return session.stopReason();
    }

    @Test
    @DisplayName("stories260K: the text of both engines is the same to the byte, with a stop text too")
    void realModel() {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED names the folder with the models");
        LoadedModel stories = store.load(Path.of(shared, "data/models/stories260K/stories260K.bin"));
        int[] prompt = stories.requireTokenizer().encode("One day, Lily");
        for (GenerationOptions options : List.of(GenerationOptions.greedy(120), GenerationOptions.greedy(120).stoppingAt(List.of("happy", ". ")))) {
            assertEquals(idsAndTexts(written(java, stories, prompt, options)), idsAndTexts(written(engine, stories, prompt, options)));
        }
    }
}
