package org.llmsys.assembly;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Any work longer than a second: what it is, how far it is, how fast it goes, and a way to stop or pause it. The same object for
 * every door (shell, launcher, later HTTP and Python).
 *
 * <p>The worker calls {@link #advance} and {@link #say}; whoever watches gets {@link Progress} snapshots; anyone may
 * {@link #cancel}, {@link #pause} and {@link #resume}. Thread-safe.
 */
public final class Job {

    /**
     * How far a job is.
     *
     * @param title     what runs
     * @param done      units done
     * @param total     units in all, 0 when unknown
     * @param unit      what is counted: {@code steps}, {@code tokens}
     * @param rate      units per second since the start (pauses left out)
     * @param etaSeconds seconds left at this rate, NaN when unknown
     * @param message   the last word of the worker, or empty
     */
    public record Progress(String title, long done, long total, String unit, double rate, double etaSeconds, String message) {

        /** From 0 to 100; NaN when the total is unknown. */
        public double percent() {
            return total == 0 ? Double.NaN : 100.0 * done / total;
        }
    }

    private final String title;
    private final String unit;
    private final Consumer<Progress> watcher;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final Object lock = new Object();
    private long total;
    private long done;
    private long first;
    private boolean paused;
    private String message = "";
    private final long startNanos = System.nanoTime();
    private long pausedNanos;
    /** When the worker began to wait, or 0: a pause that is not over must not slow the rate either. */
    private long heldSince;

    /**
     * @param watcher called with each change, on the worker's thread; must be quick
     */
    public Job(String title, String unit, long total, Consumer<Progress> watcher) {
        this.title = title;
        this.unit = unit;
        this.total = total;
        this.watcher = watcher;
    }

    /** A job nobody watches. */
    public static Job silent(String title) {
        return new Job(title, "steps", 0, progress -> { });
    }

    /** Starts counting at {@code done}: a resumed run does not count old steps into its rate. */
    public void startAt(long alreadyDone) {
        synchronized (lock) {
            done = alreadyDone;
            first = alreadyDone;
        }
    }

    /** Sets how much there is to do. */
    public void total(long units) {
        synchronized (lock) {
            total = units;
        }
    }

    /** Reports {@code done} units in all; waits here while paused; ends by exception when cancelled. */
    public void advance(long unitsDone) {
        synchronized (lock) {
            done = unitsDone;
        }
        watcher.accept(progress());
        checkpoint();
    }

    /** Leaves a word for the watcher. */
    public void say(String text) {
        synchronized (lock) {
            message = text;
        }
        watcher.accept(progress());
    }

    /**
     * Where the worker allows itself to be stopped or held.
     *
     * @throws CancellationException when the job was cancelled
     */
    public void checkpoint() {
        synchronized (lock) {
            while (paused && !cancelled.get()) {
                heldSince = System.nanoTime();
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    cancelled.set(true);
                }
                pausedNanos += System.nanoTime() - heldSince;
                heldSince = 0;
            }
        }
        if (cancelled.get()) {
            throw new CancellationException(title + " was cancelled");
        }
    }

    public void cancel() {
        cancelled.set(true);
        resume();
    }

    public boolean cancelled() {
        return cancelled.get();
    }

    public void pause() {
        synchronized (lock) {
            paused = true;
        }
    }

    public void resume() {
        synchronized (lock) {
            paused = false;
            lock.notifyAll();
        }
    }

    /** A snapshot of how far the job is. */
    public Progress progress() {
        synchronized (lock) {
            long now = heldSince == 0 ? System.nanoTime() : heldSince;
            double seconds = Math.max(1e-9, (now - startNanos - pausedNanos) / 1e9);
            double rate = (done - first) / seconds;
            double eta = total > 0 && rate > 0 ? (total - done) / rate : Double.NaN;
            return new Progress(title, done, total, unit, rate, eta, message);
        }
    }
}
