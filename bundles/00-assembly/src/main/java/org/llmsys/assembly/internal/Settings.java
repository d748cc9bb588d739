package org.llmsys.assembly.internal;

import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * The bounds on waiting, in nanoseconds.
 *
 * @param drain how long a provider that stops waits for steps that hold it; below the 5 s that component runtimes wait for locks
 * @param pause how long a step waits for a provider that is missing
 * @param start how long the first step waits for the framework to have started
 */
record Settings(long drain, long pause, long start) {

    /** Reads {@code llmsys.drain.millis} (4000) and {@code llmsys.pause.seconds} (600). */
    static Settings read(UnaryOperator<String> property) {
        return new Settings(
                TimeUnit.MILLISECONDS.toNanos(number(property.apply("llmsys.drain.millis"), 4000)),
                TimeUnit.SECONDS.toNanos(number(property.apply("llmsys.pause.seconds"), 600)),
                TimeUnit.SECONDS.toNanos(30));
    }

    private static long number(String text, long otherwise) {
        if (text == null || !text.strip().matches("\\d{1,9}")) {
            return otherwise;
        }
        return Long.parseLong(text.strip());
    }
}
