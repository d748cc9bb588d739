package org.llmsys.tensor.internal;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.WorkerPool;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Persistent daemon threads that help whoever calls {@link #run}. Nobody hands out work: the caller and each free worker claim the
 * next chunk of a {@link SharedTask} themselves, so a slow or sleeping worker delays at most the chunk it has claimed.
 *
 * <p>An idle worker spins for a moment, because the next kernel usually comes within microseconds, and then parks. A caller waits
 * only for chunks that are being computed, never for a thread to become free; so a run within a chunk cannot deadlock.
 */
@Component(service = WorkerPool.class)
public final class SelfScheduledPool implements WorkerPool {

    /** System or framework property: number of threads. */
    static final String PROPERTY = "llmsys.threads";
    /** Environment variable read when the property is not set. */
    static final String VARIABLE = "LLMSYS_THREADS";

    private static final long SPIN_NANOS = 200_000;
    private static final long STOP_MILLIS = 1_000;
    private static final SharedTask[] NONE = {};

    /** Tasks with chunks left to claim; an immutable array, replaced as a whole. */
    private final AtomicReference<SharedTask[]> open = new AtomicReference<>(NONE);
    private final Worker[] workers;
    private volatile boolean closed;

    /** In a framework: as many threads as the properties say. */
    @Activate
    public SelfScheduledPool(BundleContext context) {
        this(threads(context::getProperty, System::getenv));           // a framework property, else the system property
    }

    private SelfScheduledPool(int threads) {
        if (threads < 1) {
            throw Problem.misused("a worker pool cannot have " + threads + " threads",
                    "the caller itself is one of them", "give 1 or more");
        }
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker("llmsys-worker-" + (i + 1));
        }
        for (Worker worker : workers) {
            worker.start();
        }
    }

    /** A pool outside a framework. Not a constructor: a component has exactly one for the framework to choose. */
    public static SelfScheduledPool of(int threads) {
        return new SelfScheduledPool(threads);
    }

    /** The property, else the environment variable, else all processors. */
    static int threads(UnaryOperator<String> properties, UnaryOperator<String> environment) {
        String source = PROPERTY;
        String text = properties.apply(PROPERTY);
        if (text == null || text.isBlank()) {
            source = VARIABLE;
            text = environment.apply(VARIABLE);
        }
        if (text == null || text.isBlank()) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            int threads = Integer.parseInt(text.strip());
            if (threads >= 1) {
                return threads;
            }
        } catch (NumberFormatException notANumber) {
            // told below, like zero
        }
        throw Problem.misused(source + "=" + text + " is not a number of threads", "it must be a whole number, 1 or more",
                "set it to 1 or more, or unset it to use all processors");
    }

    @Override
    public int threads() {
        return workers.length + 1;
    }

    @Override
    public void run(int chunks, Chunk body) {
        if (chunks <= 1 || workers.length == 0 || closed) {
            SERIAL.run(chunks, body);
            return;
        }
        SharedTask task = new SharedTask(chunks, body);
        open.updateAndGet(tasks -> with(tasks, task));
        wake(chunks - 1);
        task.work();
        open.updateAndGet(tasks -> without(tasks, task));              // nothing left to claim
        task.await();
        task.rethrow();
    }

    private void wake(int helpers) {
        for (int i = 0, woken = 0; i < workers.length && woken < helpers; i++) {
            if (workers[i].parked) {
                LockSupport.unpark(workers[i]);
                woken++;
            }
        }
    }

    private SharedTask anyUnclaimed() {
        for (SharedTask task : open.get()) {
            if (task.hasUnclaimed()) {
                return task;
            }
        }
        return null;
    }

    private static SharedTask[] with(SharedTask[] tasks, SharedTask added) {
        SharedTask[] longer = Arrays.copyOf(tasks, tasks.length + 1);
        longer[tasks.length] = added;
        return longer;
    }

    private static SharedTask[] without(SharedTask[] tasks, SharedTask removed) {
        return tasks.length == 1 ? NONE : Arrays.stream(tasks).filter(task -> task != removed).toArray(SharedTask[]::new);
    }

    /** Workers end after the chunk they are at; what is left of a running task its caller does itself. */
    @Override
    @Deactivate
    public void close() {
        closed = true;
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
        }
        for (Worker worker : workers) {
            if (worker == Thread.currentThread()) {
                continue;
            }
            try {
                worker.join(STOP_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private final class Worker extends Thread {

        /** True from before the last look for work until awake again, so a caller either sees it or is seen. */
        private volatile boolean parked;

        Worker(String name) {
            super(name);
            setDaemon(true);
        }

        @Override
        public void run() {
            long idleSince = System.nanoTime();
            while (!closed) {
                SharedTask task = anyUnclaimed();
                if (task != null) {
                    task.work();
                    idleSince = System.nanoTime();
                } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    parkUntilCalled();
                    idleSince = System.nanoTime();
                }
            }
        }

        private void parkUntilCalled() {
            parked = true;
            if (anyUnclaimed() == null && !closed) {
                Thread.interrupted();                                  // an interrupt left by a chunk would keep it from parking
                LockSupport.park(SelfScheduledPool.this);
            }
            parked = false;
        }
    }
}
