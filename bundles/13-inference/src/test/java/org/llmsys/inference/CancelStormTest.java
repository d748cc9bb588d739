package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ContinuousBatching;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

/** A thousand sessions come and go, each cancelled where a seeded draw says: nothing stays behind. */
@Timeout(180)
class CancelStormTest {

    private static final int SESSIONS = 1000;
    private static final int THREADS = 12;
    private static final int VOCAB = 512;
    private static final int MOST_TOKENS = 9;

    /** Of the size of stories260K, which has five layers of width 64. */
    private final LoadedModel model = new LoadedModel("storm", TinyModels.model(TinyModels.llama(VOCAB, 64, 64, 5, 8, 172)), null);

    private final TensorAllocator allocator = TensorAllocator.heap();
    private final Assemblies assemblies = ClassPathWorkbench.open(allocator, WorkerPool.SERIAL).assemblies();

    @ParameterizedTest
    @CsvSource({"single, contiguous", "single, paged", "batched, contiguous", "batched, paged"})
    @DisplayName("1,000 sessions on twelve threads, a third on a shared prefix, cancelled at random tokens: bytes and blocks return to the start")
    void storm(String engineName, String cache) throws Exception {
        assemblies.use("cache", cache);
        InferenceEngine engine = engineName.equals("single") ? new AutoregressiveEngine(assemblies) : new ContinuousBatching(assemblies);
        int[] beginning = Writing.prompt(20, VOCAB);
        try (GenerationSession standing = engine.open(model, beginning, GenerationOptions.greedy(30), StepListener.NONE);
                PromptPrefix prefix = engine.prefix(model, beginning, 40, StepListener.NONE)) {
            standing.next();
            long bytes = cacheBytes();
            long blocks = cacheBlocks();
            assertTrue(bytes > 0 && blocks > 0);
            AtomicInteger cancelled = new AtomicInteger();
            List<Callable<Integer>> work = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                RandomStream random = RandomStream.at(77, i);
                work.add(() -> one(engine, prefix, beginning, random, cancelled));
            }
            int tokens = 0;
            try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
                for (Future<Integer> future : threads.invokeAll(work)) {
                    tokens += future.get();
                }
            }
            assertTrue(tokens > SESSIONS, tokens + " tokens");
            assertTrue(cancelled.get() > SESSIONS / 4, cancelled + " were cancelled before their end");
            assertEquals(bytes, cacheBytes());
            assertEquals(blocks, cacheBlocks());
            assertEquals(29, Writing.all(standing).ids().size(), "the one that stood through it goes on");
        }
        assertEquals(0, Writing.live(allocator));
        assertEquals(0, Writing.pieces(allocator));
    }

    /** One session's life: opened, asked for some tokens, cancelled from here or from another thread, or not at all. */
    private int one(InferenceEngine engine, PromptPrefix prefix, int[] beginning, RandomStream random, AtomicInteger cancelled)
            throws InterruptedException {
        int kind = (int) random.nextLong(3);
        int last = (int) random.nextLong(MOST_TOKENS);
        GenerationOptions options = GenerationOptions.greedy(MOST_TOKENS);
        int tokens = 0;
        try (GenerationSession session = kind == 0 ? prefix.open(beginning, options, StepListener.NONE)
                : engine.open(model, Writing.prompt(1 + (int) random.nextLong(12), VOCAB), options, StepListener.NONE)) {
            while (tokens < last && session.next() != null) {
                tokens++;
            }
            Thread other = null;
            if (kind == 1) {
                other = Thread.ofVirtual().start(session::cancel);
            } else if (kind == 2) {
                session.cancel();
            }
            while (kind != 0 && session.next() != null) {
                tokens++;
            }
            if (other != null) {
                other.join();
            }
            if (kind == 0 || "cancelled".equals(session.stopReason())) {
                cancelled.incrementAndGet();
            }
        }
        return tokens;
    }

    private long cacheBytes() {
        return allocator.usage().stream().filter(usage -> usage.owner().equals("kv-cache")).mapToLong(TensorAllocator.Usage::liveBytes).sum();
    }

    private long cacheBlocks() {
        return allocator.usage().stream().filter(usage -> usage.owner().equals("kv-cache")).mapToLong(TensorAllocator.Usage::count).sum();
    }
}
