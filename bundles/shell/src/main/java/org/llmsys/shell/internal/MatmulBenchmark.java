package org.llmsys.shell.internal;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.shell.Console;
import org.llmsys.shell.internal.BenchCommand.Row;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.WorkerPool;

/**
 * Square products, F32, of every provider; beside them numpy, when asked for and installed. All take turns in every round, so a disturbance
 * hits all alike; the median of the rounds counts.
 *
 * <pre>
 *   GFLOP/s = 2 n^3 / seconds / 10^9
 * </pre>
 *
 * <p>The worker pool has one size for the life of a process: another number of threads is measured in a process of its own.
 */
record MatmulBenchmark(Assemblies assemblies, WorkerPool pool) {

    /** Set in such a process: it prints its rows with tabs between. */
    static final String CHILD = "llmsys.bench.child";

    private static final String THREADS = "llmsys.threads";
    private static final double SECONDS_A_TURN = 0.05;
    /** OpenBLAS's threads spin for about a tenth of a second after their work; who comes next would be measured on fewer cores. */
    private static final long PEER_CALMS_DOWN_NANOS = 300_000_000L;
    private static final long STEADY_NANOS = 1_000_000_000L;
    private static final long WARM_UP_NANOS = 15_000_000_000L;

    /** Someone who multiplies matrices of size n; gives the seconds of one product. */
    private interface Contestant {
        double seconds(int repetitions) throws IOException;
    }

    List<Row> run(List<Integer> sizes, List<Integer> threads, int rounds, boolean peers, Console console) throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (int count : threads) {
            if (count == pool.threads()) {
                rows.addAll(measure(sizes, rounds, peers, console));
            } else {
                rows.addAll(inAnotherProcess(sizes, count, rounds, peers, console));
            }
        }
        return rows;
    }

    private List<Row> measure(List<Integer> sizes, int rounds, boolean peers, Console console) throws IOException {
        List<Row> rows = new ArrayList<>();
        List<Candidate> candidates = assemblies.current().candidates("matmul");
        Job job = console.job("bench matmul, threads: " + pool.threads(), "rounds", (long) sizes.size() * rounds);
        try (NumpyPeer numpy = peers ? NumpyPeer.start(pool.threads(), console) : null) {
            for (int place = 0; place < sizes.size(); place++) {
                rows.addAll(size(sizes.get(place), candidates, rounds, numpy, job, (long) place * rounds));
            }
        }
        return rows;
    }

    private List<Row> size(int n, List<Candidate> candidates, int rounds, NumpyPeer numpy, Job job, long done) throws IOException {
        Matrix a = random(n, 1);
        Matrix b = random(n, 2);
        Matrix c = Matrix.of(n, n, new float[n * n]);
        Map<String, Contestant> contestants = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            contestants.put(candidate.name(), repetitions -> {
                try (Assemblies.Held<MatmulKernel> kernel = assemblies.hold(MatmulKernel.class, candidate.name())) {
                    long start = System.nanoTime();
                    for (int i = 0; i < repetitions; i++) {
                        kernel.provider().multiply(a, b, c, false);
                    }
                    return (System.nanoTime() - start) / 1e9 / repetitions;
                }
            });
        }
        if (numpy != null) {
            contestants.put(NumpyPeer.NAME, repetitions -> {
                double seconds = numpy.seconds(n, repetitions);
                LockSupport.parkNanos(PEER_CALMS_DOWN_NANOS);
                return seconds;
            });
        }
        Map<String, double[]> times = new LinkedHashMap<>();
        Map<String, Integer> repetitions = new LinkedHashMap<>();
        for (Map.Entry<String, Contestant> entry : contestants.entrySet()) {
            double warm = warmUp(entry.getValue(), job);
            repetitions.put(entry.getKey(), (int) Math.clamp(SECONDS_A_TURN / warm, 1, 10_000));
            entry.getValue().seconds(repetitions.get(entry.getKey()));
            times.put(entry.getKey(), new double[rounds]);
        }
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Contestant> entry : contestants.entrySet()) {
                times.get(entry.getKey())[round] = entry.getValue().seconds(repetitions.get(entry.getKey()));
            }
            job.advance(done + round + 1);
        }
        double flops = 2.0 * n * n * n / 1e9;
        double peer = numpy == null ? Double.NaN : flops / median(times.get(NumpyPeer.NAME));
        return candidates.stream().map(candidate -> new Row("matmul", candidate.name(), n + "x" + n + "x" + n, pool.threads(),
                flops / median(times.get(candidate.name())), "GFLOP/s", numpy == null ? null : NumpyPeer.NAME, peer)).toList();
    }

    /**
     * Until a second has brought nothing better: vector code is interpreted at first, a hundred times slower, and on a busy machine the
     * compiler takes its time.
     *
     * @return seconds of one product
     */
    private static double warmUp(Contestant contestant, Job job) throws IOException {
        long start = System.nanoTime();
        long improved = start;
        double best = contestant.seconds(1);
        while (System.nanoTime() - improved < STEADY_NANOS && System.nanoTime() - start < WARM_UP_NANOS) {
            double now = contestant.seconds(1);
            job.checkpoint();
            if (now < 0.95 * best) {
                improved = System.nanoTime();
            }
            best = Math.min(best, now);
        }
        return best;
    }

    private static Matrix random(int n, long seed) {
        RandomStream random = RandomStream.at(seed);
        float[] elements = new float[n * n];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) random.nextGaussian();
        }
        return Matrix.of(n, n, elements);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    // ---- another number of threads ----------------------------------------------------------------------------------------------

    private static List<Row> inAnotherProcess(List<Integer> sizes, int threads, int rounds, boolean peers, Console console)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(flag -> !flag.startsWith("-D" + THREADS)).forEach(command::add);
        command.addAll(List.of("-D" + THREADS + "=" + threads, "-D" + CHILD + "=true", "-cp", System.getProperty("java.class.path"),
                "org.llmsys.launcher.Launcher", "bench", "matmul", "--threads", Integer.toString(threads), "--rounds", Integer.toString(rounds),
                "--sizes", sizes.stream().map(String::valueOf).collect(Collectors.joining(","))));
        if (peers) {
            command.add("--peers");
        }
        Process child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        console.onCancel(child::destroy);
        List<Row> rows = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                rows.add(row(line));
            }
        }
        int status = child.waitFor();
        if (status != 0) {
            throw Problem.failed("the benchmark with " + threads + " threads failed", "its process ended with status " + status,
                    "see the lines above; leave --threads out to measure with all threads");
        }
        return rows;
    }

    static String line(Row row) {
        return String.join("\t", row.slot(), row.name(), row.what(), Integer.toString(row.threads()), Double.toString(row.value()), row.unit(),
                row.peer() == null ? "" : row.peer(), Double.toString(row.peerValue()));
    }

    static Row row(String line) {
        String[] cells = line.split("\t", -1);
        return new Row(cells[0], cells[1], cells[2], Integer.parseInt(cells[3]), Double.parseDouble(cells[4]), cells[5],
                cells[6].isEmpty() ? null : cells[6], Double.parseDouble(cells[7]));
    }
}
