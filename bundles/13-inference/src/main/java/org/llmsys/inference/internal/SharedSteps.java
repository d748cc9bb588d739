package org.llmsys.inference.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

import org.llmsys.assembly.CommitFault;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.KvCache;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Workspace;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.transformer.TransformerNetwork;

/**
 * Steps that several sequences over one model take together, so that the weights are read once for all of them.
 *
 * <pre>
 *   thread of a sequence: puts its rows into the queue;
 *       when nobody leads, it leads: takes what is in the queue, one step for all, hands out the logits
 *       otherwise it waits for its own
 * </pre>
 *
 * <p>There is no thread of its own: whoever waits for a token does the work. A sequence that nobody asks for a token takes no part, which
 * is the back-pressure. A new one joins at the next step, a cancelled one is gone at the next. The leader waits a moment, at most a tenth
 * of the last step, for those that were in it, so that sequences in step stay in step.
 *
 * <p>Every row is computed as if it were alone, so a sequence's logits are, to the bit, those it gets by itself. When a step fails, each
 * of its sequences is tried alone, so that only those fail that must. Whatever happens, a sequence gets its logits or a failure, errors of the
 * JVM among them. A chunk of a prompt that is measured has logits in every row and is a step of its own.
 *
 * @see <a href="https://www.usenix.org/conference/osdi22/presentation/yu">Yu et al. 2022, Orca: continuous batching</a>
 */
final class SharedSteps implements AutoCloseable {

    /** Most rows of one step: a swap never waits for more than this. */
    static final int MOST_ROWS = 512;

    /** What a shared step computes with. */
    record Plan(TransformerNetwork network, Need<TensorAllocator> allocator) {
    }

    private final StepRunner<Plan> runner;
    private final Workspace workspace = new Workspace("generate");
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();
    private final Deque<Request> queue = new ArrayDeque<>();
    private boolean led;
    /** Sequences of the last step that have not left since, and how long it took. */
    private int expected;
    private long lastNanos;

    /** Owns the runner from here on. */
    SharedSteps(StepRunner<Plan> runner) {
        this.runner = runner;
    }

    /** One sequence's part of a step. */
    private static final class Request {

        private final KvCache cache;
        private final Reading reading;
        private final int before;
        private ReadRows rows;
        private Throwable failure;
        private boolean done;
        private volatile boolean cancelled;

        Request(KvCache cache, Reading reading) {
            this.cache = cache;
            this.reading = reading;
            this.before = cache.length();
        }

        /** Without logits it has failed, and its rows do not count. */
        void fail(Throwable with) {
            if (rows == null && failure == null) {
                failure = with;
                cache.truncate(Math.min(before, cache.length()));
            }
        }
    }

    /** A sequence's own handle: what it waits for can be cancelled. */
    final class Member {

        private volatile boolean cancelled;
        private volatile Request waiting;

        /**
         * The logits after these ids, which count in the cache when this returns.
         *
         * @throws CancellationException when it was cancelled before a step took it up
         */
        ReadRows forward(KvCache cache, Reading reading) {
            Request request = new Request(cache, reading);
            waiting = request;
            request.cancelled = cancelled;
            try {
                return SharedSteps.this.forward(request);
            } finally {
                waiting = null;
            }
        }

        void cancel() {
            cancelled = true;
            Request request = waiting;
            if (request != null) {
                lock.lock();
                try {
                    request.cancelled = true;
                    change.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    Member join() {
        return new Member();
    }

    private ReadRows forward(Request request) {
        lock.lock();
        try {
            queue.add(request);
            change.signalAll();
            while (!request.done) {
                if (request.cancelled && queue.remove(request)) {
                    throw new CancellationException("cancelled");
                }
                if (led) {
                    change.awaitUninterruptibly();
                } else {
                    lead();
                }
            }
        } finally {
            queue.remove(request);                                   // still in it only when this thread dies on the way
            lock.unlock();
        }
        switch (request.failure) {
            case null -> {
                return request.rows;
            }
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            default -> throw new IllegalStateException(request.failure);
        }
    }

    /** One step for all who are there. Called with the lock, which is free while it computes. */
    private void lead() {
        led = true;
        List<Request> batch = new ArrayList<>();
        try {
            waitForTheOthers();
            take(batch);
            lock.unlock();
            long began = System.nanoTime();
            try {
                serve(batch);
            } finally {
                lock.lock();
                lastNanos = System.nanoTime() - began;
                expected = batch.size();
            }
        } catch (RuntimeException | Error e) {                       // the batch's failure, whoever leads
            batch.forEach(request -> request.fail(e));
            if (batch.isEmpty()) {
                throw e;
            }
        } finally {
            batch.forEach(request -> request.done = true);
            led = false;
            change.signalAll();
        }
    }

    private void waitForTheOthers() {
        long patience = lastNanos / 10;
        while (patience > 0 && queue.size() < expected) {
            try {
                patience = change.awaitNanos(patience);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();                  // the step itself answers to it
                return;
            }
        }
    }

    /** Each request is in the batch before it leaves the queue, so none is lost when memory ends in between. */
    private void take(List<Request> batch) {
        int rows = 0;
        while (!queue.isEmpty() && (batch.isEmpty() || joins(queue.peek().reading, rows, batch.getFirst().reading))) {
            batch.add(queue.peek());
            rows += queue.remove().reading.ids().length;
        }
    }

    private static boolean joins(Reading next, int rows, Reading first) {
        return rows + next.ids().length <= MOST_ROWS && next.scores() == null && first.scores() == null;
    }

    private void serve(List<Request> batch) {
        try {
            List<ReadRows> rows = step(batch);
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).rows = rows.get(i);
            }
        } catch (RuntimeException | Error e) {
            if (batch.size() == 1 || e instanceof CommitFault) {     // what counts for some and not for others is not tried again
                batch.forEach(request -> request.fail(e));
            } else {
                batch.forEach(request -> serve(List.of(request)));
            }
        }
    }

    private List<ReadRows> step(List<Request> batch) {
        int[] ids = batch.stream().flatMapToInt(request -> Arrays.stream(request.reading.ids())).toArray();
        Sequences sequences = new Sequences.Continued(batch.stream()
                .map(request -> new Sequences.Part(request.cache, request.reading.ids().length)).toList());
        PromptScores scores = batch.getFirst().reading.scores();
        return runner.run((plan, step) -> attempt(plan, step, ids, sequences, scores), SharedSteps::fault,
                (plan, step, logits) -> batch.forEach(request -> request.cache.commit(request.reading.ids().length)));
    }

    private List<ReadRows> attempt(Plan plan, Step step, int[] ids, Sequences sequences, PromptScores scores) {
        try (Pass pass = Pass.inference(step, step.get(plan.allocator()), workspace)) {
            Tensor logits = plan.network().forward(ids, sequences, scores == null, pass).value();          // (1,sequences,V), measured (1,N,V)
            List<ReadRows> rows = scores != null ? List.of(ReadRows.measured(logits, scores))
                    : IntStream.range(0, logits.shape().intExtent(1)).mapToObj(row -> ReadRows.last(logits, row)).toList();
            if (fault(rows) == null) {
                pass.complete();
            }
            return rows;
        }
    }

    private static String fault(List<ReadRows> rows) {
        return rows.stream().allMatch(ReadRows::good) ? null : "logits hold NaN or infinity";
    }

    @Override
    public void close() {
        runner.close();
        workspace.close();
    }
}
