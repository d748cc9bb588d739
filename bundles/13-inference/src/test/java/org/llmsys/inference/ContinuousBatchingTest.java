package org.llmsys.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Provider;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions.FilterChoice;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.inference.internal.ContinuousBatching;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.sampling.LogitsFilter;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Option;
import org.llmsys.sampling.Options;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

@Timeout(120)
class ContinuousBatchingTest {

    private static final int CONTEXT = 24;

    private final TensorAllocator allocator = TensorAllocator.heap();
    private final Assemblies assemblies = ClassPathWorkbench.open(allocator, WorkerPool.SERIAL).assemblies();
    private final LoadedModel model = TinyModels.characters(assemblies, CONTEXT);
    private final InferenceEngine batched = new ContinuousBatching(assemblies);
    private final InferenceEngine alone = new AutoregressiveEngine(assemblies);

    private record Written(List<Integer> ids, String stopReason) {
    }

    private Written write(InferenceEngine engine, int number) {
        int[] prompt = model.tokenizer().encode("the cat sat on a mat.".substring(number % 7, 9 + number % 11));
        GenerationOptions options = new GenerationOptions(6 + number % 5, number % 3 == 0 ? "greedy" : "categorical",
                number % 2 == 0 ? List.of() : List.of(new FilterChoice("top-k", Map.of("k", 5.0))), number, List.of());
        try (GenerationSession session = engine.open(model, prompt, options, StepListener.NONE)) {
            List<Integer> ids = new ArrayList<>();
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                ids.add(token.id());
            }
            return new Written(ids, session.stopReason());
        }
    }

    private static <T> List<T> together(List<Callable<T>> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(work)) {
                results.add(future.get());
            }
            return results;
        }
    }

    @Test
    @DisplayName("forty sequences at once, of different lengths, samplers and filters, write what each writes by itself")
    void sameAsAlone() throws Exception {
        List<Callable<Written>> work = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int number = i;
            work.add(() -> write(batched, number));
        }
        List<Written> written = together(work);
        for (int i = 0; i < written.size(); i++) {
            assertEquals(write(alone, i), written.get(i), "sequence " + i);
        }
        assertEquals(0, live());
    }

    /** Multiplies as the plain one, slowly the first time, and remembers the most rows of a step. */
    @Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "counting", numerics = MatmulKernel.FMA_K_ASCENDING)
    public static final class CountingMatmul implements MatmulKernel {

        private final MatmulKernel plain = MatmulKernel.naive();
        private final AtomicBoolean slow = new AtomicBoolean(true);
        private final AtomicInteger mostRows = new AtomicInteger();

        @Override
        public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
            if (slow.compareAndSet(true, false)) {
                LockSupport.parkNanos(500_000_000);
            }
            mostRows.accumulateAndGet(a.rows(), Math::max);
            plain.multiply(a, b, c, accumulate);
        }
    }

    @Test
    @DisplayName("sequences that wait while a step runs share the next one")
    void share() throws Exception {
        CountingMatmul counting = new CountingMatmul();
        InferenceEngine engine = new ContinuousBatching(ClassPathWorkbench.open(counting, WorkerPool.SERIAL).assemblies());
        List<Callable<Integer>> work = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            work.add(() -> {
                try (GenerationSession session = engine.open(model, new int[] {1}, GenerationOptions.greedy(3), StepListener.NONE)) {
                    return rest(session);
                }
            });
        }
        assertEquals(List.of(3, 3, 3, 3, 3, 3, 3, 3), together(work));
        assertTrue(counting.mostRows.get() >= 5, "at most " + counting.mostRows + " rows met in a step");
        assertTrue(counting.mostRows.get() <= 8);
    }

    /** Multiplies as the plain one, slowly the first time; as long as somebody says so, it runs out of memory with more than a number of rows. */
    @Provider(slot = "matmul", algorithm = MatmulKernel.ALGORITHM, name = "hungry", numerics = MatmulKernel.FMA_K_ASCENDING)
    public static final class HungryMatmul implements MatmulKernel {

        private final MatmulKernel plain = MatmulKernel.naive();
        private final AtomicBoolean slow = new AtomicBoolean(true);
        private final AtomicInteger shared = new AtomicInteger();
        private volatile int mostRows = Integer.MAX_VALUE;

        @Override
        public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
            if (slow.compareAndSet(true, false)) {
                LockSupport.parkNanos(300_000_000);
            }
            if (a.rows() > mostRows) {
                shared.accumulateAndGet(a.rows(), Math::max);
                throw new OutOfMemoryError("a test says so");
            }
            plain.multiply(a, b, c, accumulate);
        }
    }

    @Test
    @DisplayName("a shared step runs out of memory: all who wait get the error and are as before; with room for one row each goes on by itself")
    void errorReachesEveryone() throws Exception {
        HungryMatmul hungry = new HungryMatmul();
        InferenceEngine engine = new ContinuousBatching(ClassPathWorkbench.open(hungry, WorkerPool.SERIAL).assemblies());
        List<GenerationSession> sessions = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            sessions.add(engine.open(model, new int[] {1 + i}, GenerationOptions.greedy(6), StepListener.NONE));
        }
        hungry.mostRows = 0;
        List<Callable<Throwable>> failing = new ArrayList<>();
        sessions.forEach(session -> failing.add(() -> assertThrows(Throwable.class, session::next)));
        assertEquals(List.of(OutOfMemoryError.class), together(failing).stream().<Class<?>>map(Throwable::getClass).distinct().toList());
        assertTrue(hungry.shared.get() > 1, "no step was shared");

        hungry.mostRows = 1;
        List<Callable<List<Integer>>> going = new ArrayList<>();
        sessions.forEach(session -> going.add(() -> {
            List<Integer> ids = new ArrayList<>();
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                ids.add(token.id());
            }
            return ids;
        }));
        List<List<Integer>> written = together(going);
        for (int i = 0; i < 8; i++) {
            sessions.get(i).close();
            try (GenerationSession session = alone.open(model, new int[] {1 + i}, GenerationOptions.greedy(6), StepListener.NONE)) {
                for (int id : written.get(i)) {
                    assertEquals(session.next().id(), id, "sequence " + i);
                }
            }
            assertEquals(6, written.get(i).size());
        }
    }

    /** A filter that fails as long as somebody says so. */
    @Provider(slot = "filter", algorithm = "moody", name = "moody")
    public static final class MoodyFilter implements LogitsFilterFactory {

        private volatile boolean failing;

        @Override
        public List<Option> options() {
            return List.of();
        }

        @Override
        public LogitsFilter create(Options options) {
            return logits -> {
                if (failing) {
                    throw new IllegalStateException("a test says so");
                }
            };
        }
    }

    @Test
    @DisplayName("when no token can be chosen the sequence is as before: tried again, it goes on as if nothing had been")
    void triedAgain() {
        MoodyFilter moody = new MoodyFilter();
        InferenceEngine engine = new ContinuousBatching(ClassPathWorkbench.open(moody, WorkerPool.SERIAL).assemblies());
        GenerationOptions options = new GenerationOptions(8, "greedy", List.of(new FilterChoice("moody", Map.of())), 0, List.of());
        List<Integer> expected = new ArrayList<>();
        List<Integer> found = new ArrayList<>();
        for (boolean disturbed : new boolean[] {false, true}) {
            try (GenerationSession session = engine.open(model, model.tokenizer().encode("cat on"), options, StepListener.NONE)) {
                for (int n = 0; n < 8; n++) {
                    moody.failing = disturbed && n % 3 == 1;
                    if (moody.failing) {
                        assertThrows(Problem.class, session::next);
                        moody.failing = false;
                    }
                    (disturbed ? found : expected).add(session.next().id());
                }
            }
        }
        assertEquals(expected, found);
    }

    @Test
    @DisplayName("three hundred sequences cancelled at random tokens, some from another thread: memory returns to where it was")
    void cancelled() throws Exception {
        AtomicLong tokens = new AtomicLong();
        List<Callable<Void>> work = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int number = i;
            work.add(() -> {
                int last = (int) RandomStream.at(5, number).nextLong(6);
                try (GenerationSession session = batched.open(model, model.tokenizer().encode("cat " + "ab".repeat(number % 5)),
                        GenerationOptions.greedy(9), StepListener.NONE)) {
                    for (int n = 0; n < last && session.next() != null; n++) {
                        tokens.incrementAndGet();
                    }
                    if (number % 2 == 0) {
                        Thread other = Thread.ofVirtual().start(session::cancel);
                        while (session.next() != null) {
                            tokens.incrementAndGet();
                        }
                        other.join();
                        session.next();
                        assertTrue(List.of("cancelled", "length").contains(session.stopReason()), session.stopReason());
                    }
                }
                return null;
            });
        }
        together(work);
        assertTrue(tokens.get() > 300);
        assertEquals(0, live());
    }

    @Test
    @DisplayName("a sequence that nobody asks for a token does not hold up the others")
    void idleSequences() {
        try (GenerationSession idle = batched.open(model, new int[] {1}, GenerationOptions.greedy(5), StepListener.NONE)) {
            idle.next();
            assertEquals(write(alone, 4), write(batched, 4));
            assertEquals(4, rest(idle));
        }
    }

    private static int rest(GenerationSession session) {
        int tokens = 0;
        while (session.next() != null) {
            tokens++;
        }
        return tokens;
    }

    @Test
    @DisplayName("a sequence whose filter fails ends with its own error; the others go on")
    void oneFails() throws Exception {
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            work.add(() -> {
                if (number == 3) {
                    GenerationOptions impossible = new GenerationOptions(5, "greedy", List.of(new FilterChoice("no-such-filter", Map.of())), 0, List.of());
                    assertThrows(Problem.class, () -> batched.open(model, new int[] {1, 2}, impossible, StepListener.NONE));
                    return true;
                }
                return write(batched, number).equals(write(alone, number));
            });
        }
        assertTrue(together(work).stream().allMatch(Boolean::booleanValue));
        assertEquals(0, live());
    }

    private long live() {
        return allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum();
    }
}
