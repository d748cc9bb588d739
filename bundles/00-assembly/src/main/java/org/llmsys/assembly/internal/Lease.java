package org.llmsys.assembly.internal;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Step;

/** One open step. Its providers are an array; a provider that had to go before the step was over takes the array away. */
final class Lease implements Step {

    /** Ends a step whose provider had to go: the runner repeats it. */
    static final class Gone extends RuntimeException {

        private static final long serialVersionUID = 1;

        Gone(String reason) {
            super(reason, null, false, false);
        }
    }

    /** Ends a step in which a part's result was found bad. */
    static final class Blamed extends RuntimeException {

        private static final long serialVersionUID = 1;

        Blamed(String reason) {
            super(reason, null, false, false);
        }
    }

    final Bound bound;
    final Thread owner = Thread.currentThread();
    /** Null in a normal step. */
    final Watch watch;

    /** By need; null when the step is doomed or closed. */
    private volatile Object[] serving;
    /** Why the step is doomed, or null; guarded by {@link #bound}, as the next one is. */
    private String doom;
    private boolean committing;
    private boolean closed;

    Lease(Bound bound, boolean watched) {
        this.bound = bound;
        this.watch = watched ? new Watch(bound) : null;
        this.serving = watched ? watch.proxies() : bound.serving;
    }

    @Override
    @SuppressWarnings("unchecked")   // the binder checked it against the need's type
    public <T> T get(Need<T> need) {
        Object[] now = serving;
        if (now == null) {
            throw ended();
        }
        return (T) now[need.index()];
    }

    private RuntimeException ended() {
        String reason = doomed();
        return reason == null ? new IllegalStateException("this step is closed") : new Gone(reason);
    }

    @Override
    public String nameOf(Need<?> need) {
        return bound.offer(need).candidate().name();
    }

    @Override
    public boolean watched() {
        return watch != null;
    }

    @Override
    public RuntimeException blame(Class<?> type, String algorithm, String reason) {
        if (watch != null) {
            watch.accuse(bound.offer(type, algorithm), reason);
        }
        throw new Blamed(reason);
    }

    /** Takes the providers away. Called with {@link #bound} locked. */
    void doom(String reason) {
        if (!committing && doom == null) {
            doom = reason;
            serving = null;
        }
    }

    /** Why this step must be repeated, or null. */
    String doomed() {
        synchronized (bound) {
            return doom;
        }
    }

    /** From now on the step is not doomed any more; false when it already is. */
    boolean beginCommit() {
        synchronized (bound) {
            committing = doom == null;
            return committing;
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            serving = null;
            bound.leave(this);
        }
    }
}
