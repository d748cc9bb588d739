package org.llmsys.inference.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

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
 * of its sequences is tried alone, so that only those fail that must.
 *
 * @see <a href="https://www.usenix.org/conference/osdi22/presentation/yu">Yu et al. 2022, Orca: continuous batching</a>
 */
final class SharedSteps implements AutoCloseable {

    /** Most rows of one step: a swap never waits for more than this. */
    private static final int MOST_ROWS = 512;

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
        private final int[] ids;
        private float[] logits;
        private RuntimeException failure;
        private boolean done;
        private volatile boolean cancelled;

        Request(KvCache cache, int[] ids) {
            this.cache = cache;
            this.ids = ids;
        }
    }

    /** A sequence's own handle: what it waits for can be cancelled. */
    final class Member {

        private volatile boolean cancelled;
        private volatile Request waiting;

        /**
         * The logits (V) after these ids, which count in the cache when this returns.
         *
         * @throws CancellationException when it was cancelled before a step took it up
         */
        float[] forward(KvCache cache, int[] ids) {
            Request request = new Request(cache, ids);
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

    private float[] forward(Request request) {
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
            lock.unlock();
        }
        if (request.failure != null) {
            throw request.failure;
        }
        return request.logits;
    }

    /** One step for all who are there. Called with the lock, which is free while it computes. */
    private void lead() {
        led = true;
        List<Request> batch = List.of();
        try {
            waitForTheOthers();
            batch = take();
            lock.unlock();
            long began = System.nanoTime();
            try {
                serve(batch);
            } finally {
                lock.lock();
                lastNanos = System.nanoTime() - began;
                expected = batch.size();
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

    private List<Request> take() {
        List<Request> batch = new ArrayList<>();
        int rows = 0;
        while (!queue.isEmpty() && (batch.isEmpty() || rows + queue.peek().ids.length <= MOST_ROWS)) {
            Request request = queue.remove();
            rows += request.ids.length;
            batch.add(request);
        }
        return batch;
    }

    private void serve(List<Request> batch) {
        try {
            float[][] logits = step(batch);
            for (int i = 0; i < logits.length; i++) {
                batch.get(i).logits = logits[i];
            }
        } catch (RuntimeException e) {
            if (batch.size() == 1) {
                batch.getFirst().failure = e;
            } else {
                batch.forEach(request -> serve(List.of(request)));
            }
        }
    }

    private float[][] step(List<Request> batch) {
        int[] ids = batch.stream().flatMapToInt(request -> Arrays.stream(request.ids)).toArray();
        Sequences sequences = new Sequences.Continued(batch.stream().map(request -> new Sequences.Part(request.cache, request.ids.length)).toList());
        return runner.run((plan, step) -> attempt(plan, step, ids, sequences), SharedSteps::fault,
                (plan, step, logits) -> batch.forEach(request -> request.cache.commit(request.ids.length)));
    }

    private float[][] attempt(Plan plan, Step step, int[] ids, Sequences sequences) {
        try (Pass pass = Pass.inference(step, step.get(plan.allocator()), workspace)) {
            Tensor logits = plan.network().forward(ids, sequences, true, pass).value();          // (1,sequences,V)
            float[][] rows = new float[logits.shape().intExtent(1)][];
            int width = logits.shape().intExtent(2);
            for (int i = 0; i < rows.length; i++) {
                int from = logits.floatOffset() + i * width;
                rows[i] = Arrays.copyOfRange(logits.floats(), from, from + width);
            }
            if (fault(rows) == null) {
                pass.complete();
            }
            return rows;
        }
    }

    private static String fault(float[][] rows) {
        return Arrays.stream(rows).allMatch(Prediction::finite) ? null : "logits hold NaN or infinity";
    }

    @Override
    public void close() {
        runner.close();
        workspace.close();
    }
}
