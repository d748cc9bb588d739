package org.llmsys.shell.internal.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.tensor.WorkerPool;

/**
 * An engine at work: reads a prompt and writes so many tokens after it, the likeliest each time; several prompts at once, each asked for by a
 * thread of its own.
 */
final class WritingContestant implements Contestant {

    private final String name;
    private final Assemblies assemblies;
    private final String engine;
    private final LoadedModel model;
    private final int[][] prompts;
    private final int tokens;
    private final StepListener listener;
    private final ExecutorService askers;
    private final Runnable end;
    private WorkerPool reader;
    private long bytesPerToken;

    /**
     * @param engine  a name in slot engine
     * @param prompts one for each sequence
     * @param end     what is to be done when this is closed
     */
    WritingContestant(String name, Assemblies assemblies, String engine, LoadedModel model, int[][] prompts, int tokens,
            StepListener listener, Runnable end) {
        this.name = name;
        this.assemblies = assemblies;
        this.engine = engine;
        this.model = model;
        this.prompts = prompts;
        this.tokens = tokens;
        this.listener = listener;
        this.end = end;
        this.askers = prompts.length == 1 ? null : Executors.newFixedThreadPool(prompts.length);
    }

    /** The same, beside the speed at which this pool's threads read what a token needs. */
    WritingContestant beside(WorkerPool pool, long bytes) {
        this.reader = pool;
        this.bytesPerToken = bytes;
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double seconds(int repetitions, Clock clock) {
        return clock.seconds(repetitions, askers == null ? () -> write(prompts[0]) : this::together);
    }

    private int write(int[] prompt) {
        int written = 0;
        try (Assemblies.Held<InferenceEngine> held = assemblies.hold(InferenceEngine.class, engine);
                GenerationSession session = held.provider().open(model, prompt, GenerationOptions.greedy(tokens), listener)) {
            while (session.next() != null) {
                written++;
            }
            if (written != tokens) {
                throw Problem.failed("the engine " + engine + " wrote " + written + " tokens, not " + tokens, "it stopped: " + session.stopReason(),
                        "give smaller --sizes");
            }
        }
        return written;
    }

    private void together() {
        List<Future<Integer>> sequences = new ArrayList<>();
        for (int[] prompt : prompts) {
            sequences.add(askers.submit(() -> write(prompt)));
        }
        try {
            for (Future<Integer> sequence : sequences) {
                sequence.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.failed("the benchmark was interrupted", "somebody asked it to stop", "start it again");
        }
    }

    /** Reading the weights once a token is the least that writing takes. */
    @Override
    public Optional<Limit> limit() {
        return Optional.ofNullable(reader).map(pool -> new Limit(new MemoryReading(pool, bytesPerToken), tokens));
    }

    @Override
    public void rest() {
        LockSupport.parkNanos(Here.WORKERS_SLEEP_NANOS);
    }

    @Override
    public void close() {
        if (askers != null) {
            askers.shutdownNow();
        }
        end.run();
    }
}
