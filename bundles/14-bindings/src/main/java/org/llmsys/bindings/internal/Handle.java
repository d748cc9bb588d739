package org.llmsys.bindings.internal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

import org.llmsys.assembly.Problem;

/** The number of an object of the engine, given back once. The engine itself refuses a number that is closed. */
final class Handle implements AutoCloseable {

    private final String kind;
    private final AtomicLong number;
    private final LongConsumer close;

    /** @param close gives the object back */
    Handle(String kind, long number, LongConsumer close) {
        this.kind = kind;
        this.number = new AtomicLong(number);
        this.close = close;
    }

    /** @throws Problem when it was closed */
    long number() {
        long open = number.get();
        if (open == 0) {
            throw Problem.misused("a closed native " + kind + " was used", "close() says that nobody needs it any more",
                    "close it after its last use");
        }
        return open;
    }

    @Override
    public void close() {
        long open = number.getAndSet(0);
        if (open != 0) {
            close.accept(open);
        }
    }
}
