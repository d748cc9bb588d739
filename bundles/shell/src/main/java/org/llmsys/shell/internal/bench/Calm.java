package org.llmsys.shell.internal.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits until no thread of a process works any more: one that spins, or that compiles, takes the processor from who comes next. */
final class Calm {

    private static final int LOOKS = 50;

    private Calm() {
    }

    /** @param lookNanos between two looks; several times 10 ms, the step in which systems count processor time */
    static void await(ProcessHandle process, long lookNanos) {
        Duration before = processorTime(process);
        for (int look = 0; look < LOOKS; look++) {
            LockSupport.parkNanos(lookNanos);
            Duration now = processorTime(process);
            if (now.equals(before)) {
                return;
            }
            before = now;
        }
    }

    /** What all its threads have used. Where the system does not tell, it seems to be busy until the last look. */
    private static Duration processorTime(ProcessHandle process) {
        return process.info().totalCpuDuration().orElseGet(() -> Duration.ofNanos(System.nanoTime()));
    }
}
