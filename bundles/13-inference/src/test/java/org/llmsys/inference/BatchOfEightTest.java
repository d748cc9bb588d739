package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.LogProbabilities.Request;
import org.llmsys.inference.Writing.Written;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ContinuousBatching;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.WeightArrangement;

/** GPT-2's shape made small: heads of 64, a hidden layer of four times the width, learned positions, biases, a tied table of an odd number of ids. */
@Timeout(180)
class BatchOfEightTest {

    private static final int VOCAB = 1031;
    private static final int CONTEXT = 320;
    private static final int[] LENGTHS = {1, 2, 7, 33, 64, 100, 257, 300};

    private final ModelConfig config = new ModelConfig("gpt2", VOCAB, CONTEXT, 128, 2, 2, 2, 512, 1e-5f, 10000, true, true,
            "pre-norm", "layernorm", "learned", "gelu-mlp", "gelu-tanh", 0);

    private LoadedModel model(DType type) {
        TransformerModel wide = TinyModels.model(config);
        TransformerModel narrow = new TransformerModel(config, WeightArrangement.forReading(wide.weights(), config, type));
        return new LoadedModel("gpt2", type == DType.F32 ? wide : narrow, null);
    }

    /** All V log-probabilities of every step are compared, so the logits are. */
    private static GenerationOptions options(int number) {
        String sampler = number % 2 == 0 ? "greedy" : "categorical";
        return new GenerationOptions(6 + number, sampler, List.of(), number, List.of()).measuring(Request.of(VOCAB));
    }

    @ParameterizedTest
    @CsvSource({"F32, 1, contiguous", "F32, 2, paged", "Q8_0, 1, paged", "Q8_0, 2, contiguous"})
    @DisplayName("eight prompts of 1 to 300 tokens, half of which join late, together and alone: the same ids and, to the bit, the same logits")
    void sameAsAlone(DType type, int threads, String cache) throws Exception {
        try (WorkerPool pool = WorkerPool.of(threads)) {
            Assemblies assemblies = ClassPathWorkbench.open(pool).assemblies();
            assemblies.use("cache", cache);
            LoadedModel model = model(type);
            InferenceEngine batched = new ContinuousBatching(assemblies);
            CountDownLatch begun = new CountDownLatch(4);
            List<Callable<Written>> work = new ArrayList<>();
            for (int i = 0; i < LENGTHS.length; i++) {
                int number = i;
                work.add(() -> {
                    if (number % 2 == 1) {
                        begun.await();
                    }
                    int[] prompt = Writing.prompt(LENGTHS[number], VOCAB);
                    try (GenerationSession session = batched.open(model, prompt, options(number), StepListener.NONE)) {
                        GenerationSession.GeneratedToken first = session.next();
                        begun.countDown();
                        List<GenerationSession.GeneratedToken> tokens = new ArrayList<>(List.of(first));
                        Written rest = Writing.all(session);
                        tokens.addAll(rest.tokens());
                        return new Written(tokens, rest.stopReason(), rest.prompt());
                    }
                });
            }
            List<Written> together = new ArrayList<>();
            try (ExecutorService platform = Executors.newFixedThreadPool(LENGTHS.length)) {
                for (Future<Written> future : platform.invokeAll(work)) {
                    together.add(future.get());
                }
            }
            InferenceEngine alone = new AutoregressiveEngine(assemblies);
            for (int i = 0; i < LENGTHS.length; i++) {
                Written expected = Writing.all(alone, model, Writing.prompt(LENGTHS[i], VOCAB), options(i));
                assertEquals(expected, together.get(i), type + ", prompt of " + LENGTHS[i]);
                assertEquals(6 + i, expected.ids().size());
            }
        }
    }
}
