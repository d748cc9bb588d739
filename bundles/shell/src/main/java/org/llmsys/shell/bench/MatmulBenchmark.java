package org.llmsys.shell.bench;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Console;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.WorkerPool;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Square matrix products in GFLOP/s, provider by provider; with {@code --peers} numpy's too, round by round in turn.
 *
 * <pre>
 *   GFLOP/s = 2 n^3 / seconds / 10^9            median of the rounds
 * </pre>
 */
@Component(property = Benchmark.NAME + "=matmul")
public final class MatmulBenchmark implements Benchmark {

    private static final double ROUND_SECONDS = 0.15;
    private static final int MOST_ELEMENTS = 8192;

    private final Assemblies assemblies;

    @Activate
    public MatmulBenchmark(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public List<Row> run(Arguments arguments, Console console) throws Exception {
        List<Integer> sizes = numbers(arguments, "--sizes", MOST_ELEMENTS);
        List<Integer> threads = numbers(arguments, "--threads", 256);
        int rounds = (int) arguments.whole("--rounds");
        List<Candidate> providers = assemblies.current().candidates("matmul");
        Job job = console.job("bench matmul", "rounds", (long) sizes.size() * threads.size() * rounds);
        List<Row> rows = new ArrayList<>();
        long done = 0;
        for (int t : threads) {
            try (WorkerPool pool = WorkerPool.of(t); NumpyPeer peer = arguments.has("--peers") ? NumpyPeer.start(t).orElse(null) : null) {
                if (arguments.has("--peers") && peer == null) {
                    console.err().println("no peer: python3 with numpy is not installed (pip install numpy)");
                }
                Map<String, MatmulKernel> kernels = kernels(providers, pool);
                for (int n : sizes) {
                    rows.addAll(measure(kernels, peer, n, t, rounds, job, done));
                    done += rounds;
                }
            }
        }
        return rows;
    }

    private static List<Row> measure(Map<String, MatmulKernel> kernels, NumpyPeer peer, int n, int threads, int rounds, Job job, long done)
            throws IOException {
        Matrix a = random(n, 1);
        Matrix b = random(n, 2);
        Matrix c = Matrix.of(n, n, new float[n * n]);
        Map<String, Integer> repetitions = new LinkedHashMap<>();
        Map<String, double[]> seconds = new LinkedHashMap<>();
        for (Map.Entry<String, MatmulKernel> kernel : kernels.entrySet()) {
            repetitions.put(kernel.getKey(), warmUp(kernel.getValue(), a, b, c));
            seconds.put(kernel.getKey(), new double[rounds]);
        }
        double[] peerSeconds = new double[rounds];
        int peerRepetitions = peer == null ? 0 : (int) Math.clamp(ROUND_SECONDS / Math.max(1e-7, peer.seconds(n, 3)), 1, 100_000);
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, MatmulKernel> kernel : kernels.entrySet()) {
                seconds.get(kernel.getKey())[round] = time(kernel.getValue(), a, b, c, repetitions.get(kernel.getKey()));
            }
            if (peer != null) {
                peerSeconds[round] = peer.seconds(n, peerRepetitions);
            }
            job.advance(done + round + 1);
        }
        List<Row> rows = new ArrayList<>();
        double work = 2.0 * n * n * n / 1e9;
        kernels.keySet().forEach(name -> {
            double value = work / Median.of(seconds.get(name));
            double peerValue = peer == null ? Double.NaN : work / Median.of(peerSeconds);
            rows.add(new Row("matmul", name, n + "x" + n + "x" + n, threads, value, "GFLOP/s", peer == null ? null : "numpy", peerValue, value / peerValue));
        });
        return rows;
    }

    /** Until the compiler is done with it; gives the number of products that fill a round. */
    private static int warmUp(MatmulKernel kernel, Matrix a, Matrix b, Matrix c) {
        long start = System.nanoTime();
        double one = time(kernel, a, b, c, 1);
        while (System.nanoTime() - start < 1.5e9 && one < 1) {
            one = time(kernel, a, b, c, (int) Math.clamp(0.05 / one, 1, 100_000));
        }
        return (int) Math.clamp(ROUND_SECONDS / one, 1, 100_000);
    }

    private static double time(MatmulKernel kernel, Matrix a, Matrix b, Matrix c, int repetitions) {
        long start = System.nanoTime();
        for (int i = 0; i < repetitions; i++) {
            kernel.multiply(a, b, c, false);
        }
        return Math.max(1, System.nanoTime() - start) / 1e9 / repetitions;
    }

    private static Matrix random(int n, long place) {
        RandomStream random = RandomStream.at(1, place);
        float[] elements = new float[n * n];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) random.nextGaussian();
        }
        return Matrix.of(n, n, elements);
    }

    /** Each provider once more, with a pool of the wanted size: a service's own pool has the size of the workbench's. */
    private Map<String, MatmulKernel> kernels(List<Candidate> providers, WorkerPool pool) {
        Map<String, MatmulKernel> kernels = new LinkedHashMap<>();
        for (Candidate candidate : providers) {
            try (Assemblies.Held<MatmulKernel> held = assemblies.hold(MatmulKernel.class, candidate.name())) {
                kernels.put(candidate.name(), another(held.provider(), pool));
            }
        }
        return kernels;
    }

    private static MatmulKernel another(MatmulKernel provider, WorkerPool pool) {
        for (Constructor<?> constructor : provider.getClass().getConstructors()) {
            try {
                if (List.of(constructor.getParameterTypes()).equals(List.of(WorkerPool.class))) {
                    return (MatmulKernel) constructor.newInstance(pool);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(provider.getClass() + " cannot be made", e);
            }
        }
        return provider;                                     // it does not use the pool
    }

    private static List<Integer> numbers(Arguments arguments, String option, int most) {
        List<Integer> numbers = new ArrayList<>();
        String given = arguments.required(option);
        for (String word : given.split(",")) {
            int number;
            try {
                number = Integer.parseInt(word.strip());
            } catch (NumberFormatException e) {
                number = 0;
            }
            if (number < 1 || number > most) {
                throw Problem.misused(option + " cannot be " + given, "each number goes from 1 to " + most, "write for example " + option + " 1,2");
            }
            numbers.add(number);
        }
        return numbers;
    }
}
