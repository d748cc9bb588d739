package org.llmsys.memory.internal;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.bindings.NativeMemory;
import org.llmsys.bindings.NativePipelines;
import org.llmsys.bindings.NativePipelines.Settings;
import org.llmsys.memory.BatchPipeline;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.BatchSource.Batch;
import org.llmsys.training.data.TokenSource;
import org.llmsys.training.data.Windows;

/** Pipelines over the real library: their order is that of the trainer's own batches, whatever the threads, and what goes wrong is told. */
class NativePipelineTest {

    private static final int B = 3;
    private static final int T = 13;
    private static final long SEED = 207;

    private static WorkerPool pool;
    private static NativeMemory memory;
    private static PrefetchedBatches pipelines;

    @TempDir
    Path folder;
    private long before;

    @BeforeAll
    static void load() {
        pool = WorkerPool.of(2);
        NativeServices services = NativeServices.orSkip(pool);
        memory = services.get(NativeMemory.class);
        pipelines = new PrefetchedBatches(services.get(NativePipelines.class));
    }

    @AfterAll
    static void end() {
        pool.close();
    }

    @BeforeEach
    void count() {
        before = memory.total().liveBytes();
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(before, memory.total().liveBytes());
    }

    /** Ids 0, 7, 14, … as 16-bit numbers. */
    private Path shard(String name, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int id : ids(count)) {
            bytes.putShort((short) id);
        }
        return Files.write(folder.resolve(name), bytes.array());
    }

    private static int[] ids(int count) {
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = 7 * i % 65_521;
        }
        return ids;
    }

    private static Settings settings(List<Path> shards, int threads, int prefetch, long epochs) {
        return new Settings(shards, "u16", null, B, T, threads, prefetch, SEED, epochs);
    }

    private static List<Batch> all(Settings settings) {
        List<Batch> batches = new ArrayList<>();
        try (BatchPipeline pipeline = pipelines.open(settings)) {
            for (Batch batch = pipeline.next(); batch != null; batch = pipeline.next()) {
                batches.add(batch);
            }
            assertEquals(batches.size(), pipeline.stats().batches());
        }
        return batches;
    }

    @Test
    @DisplayName("1, 2 and 4 threads give the batches of shuffled-windows, epoch after epoch")
    void sameAsTheTrainers() throws IOException {
        Path shard = shard("ids.bin", 1 + 40 * B * T);                 // the windows fill whole batches, so an epoch is a round
        Windows windows = new Windows(TokenSource.over(ids(1 + 40 * B * T)), T, T);
        for (int threads : new int[] {1, 2, 4}) {
            List<Batch> batches = all(settings(List.of(shard), threads, 5, 2));
            assertEquals(80, batches.size(), "threads " + threads);
            for (int k = 0; k < batches.size(); k++) {
                Batch expected = windows.shuffled(B, SEED, k);
                assertArrayEquals(expected.inputs(), batches.get(k).inputs(), "inputs of batch " + k + ", threads " + threads);
                assertArrayEquals(expected.targets(), batches.get(k).targets(), "targets of batch " + k + ", threads " + threads);
            }
        }
    }

    @Test
    @DisplayName("shards of awkward sizes: what fills no window is left out, and the order does not depend on the threads")
    void awkwardShards() throws IOException {
        List<Path> shards = List.of(shard("a", 1), shard("b", 13), shard("c", 14), shard("d", 207), shard("e", 1000), shard("f", 0));
        // Of three epochs: the last windows of one may share a batch with the first of the next.
        int batches = 3 * (1 + 206 / T + 999 / T) / B;
        List<Batch> one = all(settings(shards, 1, 1, 3));
        assertEquals(batches, one.size());
        for (int threads : new int[] {2, 4}) {
            List<Batch> more = all(settings(shards, threads, 4, 3));
            assertEquals(one.size(), more.size());
            for (int k = 0; k < one.size(); k++) {
                assertArrayEquals(one.get(k).inputs(), more.get(k).inputs(), "batch " + k + ", threads " + threads);
            }
        }
        for (Batch batch : one) {
            for (int i = 0; i < B * T; i++) {
                assertEquals(batch.inputs()[i] + 7, batch.targets()[i], "a target is the id after its input");
            }
        }
    }

    @Test
    @DisplayName("nobody asks: as many batches wait as were allowed, and their memory is no more than that")
    void backPressure() throws Exception {
        Path shard = shard("ids.bin", 100_000);
        try (BatchPipeline pipeline = pipelines.open(settings(List.of(shard), 2, 4, 0))) {
            long end = System.nanoTime() + 20_000_000_000L;
            while (pipeline.stats().readerStalls() < 2 && System.nanoTime() < end) {
                Thread.sleep(5);
            }
            assertTrue(pipeline.stats().readerStalls() > 0, "nobody waits for room");
            assertEquals(4, pipeline.stats().waiting());
            assertTrue(pipeline.stats().waitingBytes() <= 4L * B * (T + 1) * 4, () -> pipeline.stats().toString());
            assertTrue(memory.total().liveBytes() - before <= 4L * B * (T + 1) * 4, "the engine's books have more than what waits");
        }
    }

    @Test
    @DisplayName("closed in the middle, by another thread too: whoever waits or comes later is told, and nothing is left")
    void closedInTheMiddle() throws Exception {
        Path shard = shard("ids.bin", 10_000);
        BatchPipeline pipeline = pipelines.open(settings(List.of(shard), 4, 2, 0));
        AtomicReference<Throwable> ended = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            try {
                while (pipeline.next() != null) {
                    Thread.onSpinWait();
                }
            } catch (Problem told) {
                ended.set(told);
            }
        });
        reader.start();
        while (pipeline.stats().batches() < 50) {
            Thread.sleep(1);
        }
        pipeline.close();
        reader.join(20_000);
        assertFalse(reader.isAlive(), "it still waits");
        assertTrue(ended.get() instanceof Problem, "it was not told");
        assertThrows(Problem.class, pipeline::next);
        pipeline.close();
    }

    @Test
    @DisplayName("what is wrong with files and settings is a problem that names it")
    void problems() throws IOException {
        Path odd = Files.write(folder.resolve("odd.bin"), new byte[207]);
        Path latin = Files.write(folder.resolve("latin.txt"), new byte[] {'a', (byte) 0xe9, 'b'});
        Path good = shard("good.bin", 1000);
        assertAll(
                () -> told("missing.bin", settings(List.of(folder.resolve("missing.bin")), 1, 1, 1)),
                () -> told("odd.bin", settings(List.of(odd), 1, 1, 1)),
                () -> told("tokenizer", new Settings(List.of(latin), "text", null, B, T, 1, 1, SEED, 1)),
                () -> told("kind", new Settings(List.of(good), "u8", null, B, T, 1, 1, SEED, 1)),
                () -> told("batch", new Settings(List.of(good), "u16", null, 0, T, 1, 1, SEED, 1)),
                () -> told("2^31", new Settings(List.of(good), "u16", null, 1 << 20, 1 << 20, 1, 1, SEED, 1)),
                () -> told("prefetch", settings(List.of(good), 1, 0, 1)),
                () -> told("threads", settings(List.of(good), 0, 1, 1)));
    }

    private static void told(String mentions, Settings settings) {
        Problem problem = assertThrows(Problem.class, () -> all(settings), mentions);
        assertTrue(problem.text().contains(mentions), () -> "does not mention " + mentions + ": " + problem.text());
        assertTrue(problem.text().matches("(?s)error: .+\nwhy: .+\nfix: .+"), problem.text());
    }
}
