package org.llmsys.inference.insight;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.LoadedModel;

/**
 * Sequences that one engine writes beside the one that is compared: other texts of other lengths, asked for a token at the same time, so that an engine
 * that puts sequences into one step does so.
 */
final class LogitsCompany implements AutoCloseable {

    private final List<GenerationSession> sessions = new ArrayList<>();

    private LogitsCompany() {
    }

    /** @param ids of the sequence that is compared: those beside it are made of them */
    static LogitsCompany of(int count, LogitsEngine engine, LoadedModel model, int[] ids, int tokens, StepListener listener) {
        LogitsCompany company = new LogitsCompany();
        try {
            for (int i = 1; i <= count; i++) {
                company.sessions.add(engine.beside(model, other(ids, i, model.model().config().vocabSize()), tokens, listener));
            }
            return company;
        } catch (RuntimeException | Error e) {
            company.close();
            throw e;
        }
    }

    /** Up to half as long, every id moved on. */
    private static int[] other(int[] ids, int number, int vocabSize) {
        int[] other = new int[ids.length - number % (ids.length / 2 + 1)];
        for (int t = 0; t < other.length; t++) {
            other[t] = (ids[t] + number) % vocabSize;
        }
        return other;
    }

    /** Each of them that still writes is asked for a token, in a thread of its own, while this thread does what it does. */
    <T> T besides(Supplier<T> what) {
        List<Future<?>> asked = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (GenerationSession session : sessions) {
                if (session.stopReason() == null) {
                    asked.add(threads.submit(session::next));
                }
            }
            T done = what.get();
            for (Future<?> future : asked) {
                future.get();
            }
            return done;
        } catch (ExecutionException e) {
            throw new Problem("a sequence beside the compared one failed", String.valueOf(e.getCause().getMessage()),
                    "give a smaller batch, or compare the engine without one", Problem.FAILED, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        sessions.forEach(GenerationSession::close);
    }
}
