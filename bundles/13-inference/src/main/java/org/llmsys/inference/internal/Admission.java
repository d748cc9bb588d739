package org.llmsys.inference.internal;

import java.util.concurrent.atomic.AtomicBoolean;

import org.llmsys.assembly.Problem;
import org.llmsys.inference.EngineLimits;

/** Keeps the sequences of an engine within its limits: each takes a ticket for the most it may need before it takes any memory. Thread-safe. */
final class Admission {

    private final EngineLimits limits;
    private long bytes;
    private int sessions;

    Admission(EngineLimits limits) {
        this.limits = limits;
    }

    EngineLimits limits() {
        return limits;
    }

    /** Held while the memory is. Closing twice is harmless. */
    interface Ticket extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * For a sequence.
     *
     * @param need bytes it takes at most
     * @throws Problem that names both when it would go beyond the limits
     */
    Ticket session(long need) {
        return admit("this sequence", need, 1);
    }

    /** For what is no sequence. */
    Ticket memory(String what, long need) {
        return admit(what, need, 0);
    }

    private synchronized Ticket admit(String what, long need, int count) {
        if (sessions + count > limits.sessions()) {
            throw Problem.failed("no further sequence can be opened", sessions + " are open, and the engine's limit is " + limits.sessions(),
                    "close one, or give the engine a larger limit");
        }
        if (need > limits.bytes() - bytes) {
            throw Problem.failed(what + " needs " + need + " bytes at most, more than the engine has left",
                    "its limit is " + limits.bytes() + " bytes, of which " + bytes + " are promised to " + sessions + " open sequences",
                    "write fewer tokens, use a shorter prompt, close a sequence, or give the engine a larger limit");
        }
        bytes += need;
        sessions += count;
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                release(need, count);
            }
        };
    }

    private synchronized void release(long need, int count) {
        bytes -= need;
        sessions -= count;
    }
}
