package org.llmsys.assembly.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One provider while it is offered: where its instance comes from, the instance once somebody needed it, and the bindings that may
 * be using it. What it says of itself may change and stands in an {@link Offer}.
 */
final class Entry {

    /** Where an instance comes from: a service reference, or a plain object. */
    interface Source {

        /** The instance; null when it cannot be made. May take long and run foreign code: never called under a lock. */
        Object make();

        /** Gives back what one {@link #make} gave. */
        void release();

        /** Whether the provider is on its way out, so that a failing {@link #make} is no fault of its own. */
        boolean withdrawn();
    }

    /** A provider that is offered but cannot be made. */
    static final class CannotStart extends Exception {

        private static final long serialVersionUID = 1;

        CannotStart(String reason, Throwable cause) {
            super(reason, cause);
        }
    }

    private static final Object GONE = new Object();

    final long id;
    private final Source source;
    private final AtomicReference<Object> instance = new AtomicReference<>();
    /** The bindings to wait for when this provider goes. */
    final Set<Bound> holders = ConcurrentHashMap.newKeySet();

    Entry(long id, Source source) {
        this.id = id;
        this.source = source;
    }

    /**
     * The instance, made on first use and kept until the provider goes: getting and giving back a delayed component each time
     * would build it each time.
     *
     * @return null when the provider has gone or is going
     * @throws CannotStart when it is there and still cannot be made
     */
    Object instance() throws CannotStart {
        Object known = instance.get();
        if (known != null) {
            return known == GONE ? null : known;
        }
        Object made;
        try {
            made = source.make();
        } catch (RuntimeException | LinkageError e) {
            if (source.withdrawn()) {
                return null;
            }
            throw new CannotStart("it could not be started: " + e, e);
        }
        if (made == null) {
            if (source.withdrawn()) {
                return null;
            }
            throw new CannotStart("it could not be started (see the log of its component)", null);
        }
        if (!instance.compareAndSet(null, made)) {   // another thread was first, or it went meanwhile
            source.release();
            Object winner = instance.get();
            return winner == GONE ? null : winner;
        }
        return made;
    }

    boolean gone() {
        return instance.get() == GONE;
    }

    /** From now on {@link #instance} gives null. Returns whether there was an instance to release. */
    boolean retire() {
        Object before = instance.getAndSet(GONE);
        return before != null && before != GONE;
    }

    void release() {
        source.release();
    }
}
