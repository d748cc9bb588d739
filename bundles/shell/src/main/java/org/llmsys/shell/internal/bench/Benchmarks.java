package org.llmsys.shell.internal.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.shell.Console;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Trainer;

/** The benchmarks by name, and the way from a request to rows. */
public final class Benchmarks {

    /** Counts calls and so has nothing to compare with: it takes neither sizes nor peers. */
    private static final String SERVICES = "services";
    /** Works on files, which a request brings. */
    public static final String TOKENIZER = "tokenizer";
    private static final int MOST_THREADS = 1024;

    private final Map<String, Benchmark> byName = new LinkedHashMap<>();
    private final ServicesBenchmark services;
    private final Assemblies assemblies;
    private final WorkerPool pool;
    private final StepListener listener;
    private final Console console;

    /** @param listener hears what happens to the steps of a training benchmark */
    public Benchmarks(Assemblies assemblies, WorkerPool pool, Trainer trainer, StepListener listener, Console console) {
        byName.put("matmul", new MatmulBenchmark(assemblies));
        byName.put("gemv", new GemvBenchmark(assemblies));
        byName.put("softmax", new SoftmaxBenchmark(assemblies));
        byName.put("layernorm", new LayerNormBenchmark(assemblies));
        byName.put("train", new TrainBenchmark(assemblies, trainer, listener));
        byName.put(DecodeBenchmark.NAME, null);
        byName.put(PrefillBenchmark.NAME, null);
        byName.put(BatchBenchmark.NAME, null);
        byName.put(TOKENIZER, null);
        byName.put(SERVICES, null);
        this.services = new ServicesBenchmark(assemblies, pool);
        this.assemblies = assemblies;
        this.pool = pool;
        this.listener = listener;
        this.console = console;
    }

    /**
     * Measures with each number of threads: here with as many as this process has, otherwise in another one.
     *
     * @throws Problem for an unknown name or a value that does not fit
     */
    public List<Row> run(Request request) throws IOException, InterruptedException {
        Set<String> names = byName.keySet();
        if (!names.contains(request.name())) {
            throw Problem.misused("there is no benchmark " + request.name(), "the benchmarks are " + String.join(", ", names),
                    Names.suggestion(request.name(), names));
        }
        if (request.llama2c().isPresent() && !(request.name().equals(DecodeBenchmark.NAME) && request.peers())) {
            throw Problem.misused(Llama2cPeer.OPTION + " does not fit here", "llama2.c takes part in decode, where peers do",
                    "write ./llmsys bench decode --peers " + Llama2cPeer.OPTION + " " + request.llama2c().get() + ", or leave it out");
        }
        try (Scratch scratch = new Scratch()) {
            return run(request, benchmark(request, scratch));
        }
    }

    /** Some are made for a request. */
    private Benchmark benchmark(Request request, Scratch scratch) {
        ModelTrials models = new ModelTrials(assemblies, pool, listener, request.providers(),
                request.peers() ? Optional.of(scratch) : Optional.empty());
        return switch (request.name()) {
            case DecodeBenchmark.NAME -> new DecodeBenchmark(models, request.llama2c().map(Llama2cPeer::of).orElseGet(Llama2cPeer::ofEnvironment));
            case PrefillBenchmark.NAME -> new PrefillBenchmark(models);
            case BatchBenchmark.NAME -> new BatchBenchmark(models);
            case TOKENIZER -> new TokenizerBenchmark(assemblies, request.providers(), request.material().orElseThrow(),
                    pool.threads(), scratch, console);
            default -> byName.get(request.name());
        };
    }

    private List<Row> run(Request request, Benchmark benchmark) throws IOException, InterruptedException {
        List<Trial> trials = benchmark == null ? List.of()
                : benchmark.trials(Sizes.read(request.sizes().isEmpty() ? benchmark.sizes() : request.sizes(), benchmark.form()));
        List<Integer> threads = request.threads().isEmpty() ? List.of(pool.threads())
                : Sizes.numbers("--threads", request.threads(), MOST_THREADS);
        if (request.cpuTime() && (benchmark == null || benchmark.processorClock() == Clock.PROCESSOR && threads.stream().anyMatch(count -> count != 1))) {
            throw Problem.misused("--cpu-time does not fit here", "it tells what one thread used; with more of them, or without a benchmark that takes turns, "
                    + "it would say nothing", "add --threads 1, or leave --cpu-time out");
        }
        List<Row> rows = new ArrayList<>();
        for (int count : threads) {
            if (count != pool.threads()) {
                rows.addAll(OtherProcess.run(request, count, console));
            } else if (benchmark == null) {
                rows.addAll(services.run(console));
            } else {
                rows.addAll(measurement(request, benchmark, count).run(request.name(), trials));
            }
        }
        return rows;
    }

    private Measurement measurement(Request request, Benchmark benchmark, int threads) {
        return new Measurement(threads, request.rounds(), benchmark.picksByName() ? List.of() : request.providers(),
                request.peers() ? benchmark.peers() : List.of(), request.cpuTime() ? benchmark.processorClock() : Clock.WALL, console);
    }
}
