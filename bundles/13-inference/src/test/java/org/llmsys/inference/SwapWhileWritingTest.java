package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ContinuousBatching;
import org.llmsys.inference.internal.ModelFolderStore;
import org.llmsys.tensor.WorkerPool;

/** A real model writes while matmul, attention, cache and sampler are exchanged under it: the text stays llama2.c's. */
@Timeout(120)
class SwapWhileWritingTest {

    private static final Map<String, List<String>> SWAPS = Map.of("matmul", List.of("naive", "tiled", "parallel"),
            "attention", List.of("reference", "streaming"), "sampler", List.of("greedy", "categorical"), "cache", List.of("contiguous", "paged"));

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final Set<String> served = ConcurrentHashMap.newKeySet();
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    private final StepListener listener = new StepListener() {
        @Override
        public boolean wantsSteps() {
            return true;
        }

        @Override
        public void served(List<Candidate> providers) {
            providers.forEach(provider -> served.add(provider.slot() + " " + provider.name()));
        }

        @Override
        public void repeated(String reason) {
            events.add(reason);
        }

        @Override
        public void quarantined(Candidate provider, String reason) {
            events.add(provider.name() + ": " + reason);
        }
    };

    @ParameterizedTest
    @ValueSource(strings = {"single", "batched"})
    @DisplayName("stories260K, three sequences at once, four slots swapped all the time: no token is lost, the text is the oracle's to the byte")
    void swaps(String name) throws Exception {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED does not name the folder of oracles");
        Path file = Path.of(shared, "data/models/stories260K/stories260K.bin");
        Assumptions.assumeTrue(Files.exists(file), "the folder of oracles has no stories260K");
        LoadedModel model = new ModelFolderStore(assemblies).load(file);
        String expected = Files.readString(Path.of(shared, "oracles/stories260K/greedy_once_upon_a_time_n100.txt")).stripTrailing();
        InferenceEngine engine = name.equals("single") ? new AutoregressiveEngine(assemblies) : new ContinuousBatching(assemblies);
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            Future<Integer> swapper = threads.submit(() -> swapUntil(over));
            List<Future<String>> texts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                texts.add(threads.submit(() -> write(engine, model, expected.length())));
            }
            try {
                for (Future<String> text : texts) {
                    assertEquals(expected, text.get().substring(0, expected.length()));
                }
            } finally {
                over.set(true);
            }
            assertTrue(swapper.get() > 40, "swaps: " + swapper.get());
        }
        assertEquals(List.of(), events);
        SWAPS.forEach((slot, names) -> names.forEach(provider ->
                assertTrue(slot.equals("cache") || served.contains(slot + " " + provider), provider + " never served: " + served)));
    }

    /** The workbench's sampler, whichever it is at that moment, behind a filter that leaves one token: greedy by every sampler. */
    private String write(InferenceEngine engine, LoadedModel model, int length) {
        GenerationOptions options = new GenerationOptions(200, null, List.of(new FilterChoice("top-k", Map.of("k", 1.0))), 1, List.of());
        StringBuilder text = new StringBuilder("Once upon a time");
        try (GenerationSession session = engine.open(model, model.requireTokenizer().encode(text.toString()), options, listener)) {
            for (GeneratedToken token = session.next(); token != null && text.length() < length; token = session.next()) {
                text.append(token.text());
            }
        }
        return text.toString();
    }

    private int swapUntil(AtomicBoolean over) throws InterruptedException {
        int swaps = 0;
        while (!over.get()) {
            for (Map.Entry<String, List<String>> slot : SWAPS.entrySet()) {
                assemblies.use(slot.getKey(), slot.getValue().get(swaps / SWAPS.size() % slot.getValue().size()));
                swaps++;
            }
            Thread.sleep(1);
        }
        return swaps;
    }
}
