package org.llmsys.shell.internal.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;

/**
 * Encodes all documents with one tokenizer: one thread one after the other, or several at once, each thread taking the next document when
 * it is done with its last.
 */
final class EncodingContestant implements Contestant {

    private final String name;
    private final Tokenizer tokenizer;
    private final List<String> texts;
    private final int threads;
    private final ExecutorService executor;

    EncodingContestant(String name, Tokenizer tokenizer, List<String> texts, int threads) {
        this.name = name;
        this.tokenizer = tokenizer;
        this.texts = texts;
        this.threads = threads;
        this.executor = threads == 1 ? null : Executors.newFixedThreadPool(threads);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double seconds(int repetitions, Clock clock) {
        return clock.seconds(repetitions, executor == null ? () -> encode(new AtomicInteger()) : this::together);
    }

    private long together() {
        AtomicInteger next = new AtomicInteger();
        List<Future<Long>> parts = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            parts.add(executor.submit(() -> encode(next)));
        }
        try {
            long ids = 0;
            for (Future<Long> part : parts) {
                ids += part.get();
            }
            return ids;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.failed("the benchmark was interrupted", "somebody asked it to stop", "start it again");
        }
    }

    /** @return how many ids there are, so that none of it is for nothing */
    private long encode(AtomicInteger next) {
        long ids = 0;
        for (int i = next.getAndIncrement(); i < texts.size(); i = next.getAndIncrement()) {
            ids += tokenizer.ids(texts.get(i), Specials.IGNORED).length;
        }
        return ids;
    }

    @Override
    public Optional<Contestant> alone() {
        return threads == 1 ? Optional.empty() : Optional.of(new EncodingContestant(name, tokenizer, texts, 1));
    }

    @Override
    public void close() {
        if (executor != null) {
            executor.shutdownNow();
        }
    }
}
