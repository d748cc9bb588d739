package org.llmsys.shell.internal.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;

/** The benchmarks at sizes so small that nothing can be learnt from their figures. */
class BenchmarksTest {

    @AutoClose
    private static final TestBench BENCH = new TestBench();

    private final Overheard overheard = new Overheard();

    private List<Row> run(Request request) throws Exception {
        return BENCH.run(request, overheard.console());
    }

    @ParameterizedTest
    @CsvSource({"matmul,3x4x5", "gemv,7x5", "softmax,3x5", "layernorm,3x5", "train,2x8"})
    @DisplayName("every contestant of every trial does its work, and is asked about with a question that belongs to the benchmark")
    void trials(String name, String size) {
        for (Trial trial : benchmark(name).trials(Sizes.read(size, benchmark(name).form()))) {
            assertTrue(trial.question().matches(name + "(-[a-z]+)?( [0-9]+)+"), trial.question());
            List<Contestant> contestants = trial.contestants().get();
            assertTrue(!contestants.isEmpty(), trial.what());
            for (Contestant contestant : contestants) {
                assertTrue(contestant.seconds(2, Clock.PROCESSOR) >= 0 && contestant.seconds(2, Clock.WALL) > 0, trial.what() + " " + contestant.name());
                contestant.close();
            }
        }
    }

    private static Benchmark benchmark(String name) {
        return switch (name) {
            case "matmul" -> new MatmulBenchmark(BENCH.assemblies());
            case "gemv" -> new GemvBenchmark(BENCH.assemblies());
            case "softmax" -> new SoftmaxBenchmark(BENCH.assemblies());
            case "layernorm" -> new LayerNormBenchmark(BENCH.assemblies());
            default -> new TrainBenchmark(BENCH.assemblies(), BENCH.trainer(), StepListener.NONE);
        };
    }

    @Test
    @DisplayName("the sizes of every benchmark can be read by itself")
    void usualSizes() {
        for (String name : List.of("matmul", "gemv", "softmax", "layernorm", "train")) {
            assertTrue(!Sizes.read(benchmark(name).sizes(), benchmark(name).form()).isEmpty());
        }
    }

    @Test
    @DisplayName("a row for each provider asked for and for each peer that is there; of each peer that is not, it is said so")
    void peers() throws Exception {
        List<Row> rows = run(new Request("matmul", "8", "1", "naive, tiled", 2, true, false));
        List<String> there = new ArrayList<>();
        for (String peer : List.of("numpy", "torch")) {
            boolean present = overheard.said().contains("peer: " + peer + " ");
            boolean absent = overheard.said().contains("no peer " + peer + ": ");
            assertTrue(present != absent, overheard.said());
            if (present) {
                there.add(peer);
            }
        }
        assertEquals(2 * Math.max(1, there.size()), rows.size(), rows.toString());
        for (Row row : rows) {
            assertEquals("8x8x8", row.what());
            assertEquals(1, row.threads());
            assertTrue(row.value() > 0 && (there.isEmpty() ? row.peer() == null : there.contains(row.peer()) && row.ratio() > 0), row.toString());
        }
    }

    @Test
    @DisplayName("an unknown benchmark, provider, size or number of threads is wrong use, and the right name is suggested")
    void wrongUse() {
        refused("softmax", new Request("sofmax", "", "", "", 1, false, false));
        refused("naive", new Request("matmul", "8", "", "naiv", 1, false, false));
        refused("KxN", new Request("gemv", "8x8x8", "", "", 1, false, false));
        refused("--threads 1", new Request("matmul", "8", "1,2", "", 1, false, true));
        refused("--threads 1", new Request("services", "", "1", "", 1, false, true));
        refused("1024", new Request("matmul", "8", "0", "", 1, false, false));
    }

    private void refused(String mentions, Request request) {
        Problem problem = assertThrows(Problem.class, () -> run(request));
        assertEquals(Problem.MISUSED, problem.exitStatus());
        assertTrue(problem.text().contains(mentions), problem.text());
    }

    @Test
    @DisplayName("another process is asked for the same, with its number of threads")
    void command() {
        assertEquals(List.of("bench", "matmul", "--threads=2", "--rounds=9", "--sizes=8,9", "--names=naive", "--peers"),
                new Request("matmul", "8,9", "1,2", "naive", 9, true, false).command(2));
        assertEquals(List.of("bench", "train", "--threads=1", "--rounds=9", "--cpu-time"), new Request("train", "", "1", "", 9, false, true).command(1));
    }
}
