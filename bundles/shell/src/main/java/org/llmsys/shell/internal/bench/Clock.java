package org.llmsys.shell.internal.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/** What is read before and after the work. */
enum Clock {

    /** Time as it passes. */
    WALL {
        @Override
        long nanos() {
            return System.nanoTime();
        }
    },

    /** What the processor spent on the thread that measures: on a machine that is busy with other things, and with one thread only. */
    PROCESSOR {
        @Override
        long nanos() {
            return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        }
    },

    /** What the processor spent on all threads of the process, those that collect garbage and compile too. */
    PROCESS {
        @Override
        long nanos() {
            return ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElseGet(System::nanoTime);
        }
    };

    abstract long nanos();

    /** Seconds of one call, the mean. */
    double seconds(int repetitions, Runnable call) {
        long start = nanos();
        for (int i = 0; i < repetitions; i++) {
            call.run();
        }
        return (nanos() - start) / 1e9 / repetitions;
    }
}
