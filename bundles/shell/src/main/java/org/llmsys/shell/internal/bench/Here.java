package org.llmsys.shell.internal.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;

/** A provider of the workbench at work. It is held for a turn at a time, so that it may go between. */
record Here<S>(Assemblies assemblies, Class<S> slot, String name, Consumer<S> work) implements Contestant {

    /** Workers look for more work for a moment before they sleep. */
    static final long WORKERS_SLEEP_NANOS = 20_000_000;

    /** All providers of an algorithm, the one in service last: beside the peers, which come after it. */
    static <S> List<Contestant> all(Assemblies assemblies, Class<S> slot, String slotName, String algorithm, Consumer<S> work) {
        List<Contestant> all = new ArrayList<>();
        for (Candidate candidate : assemblies.current().candidates(slotName).reversed()) {
            if (candidate.algorithm().equals(algorithm)) {
                all.add(new Here<>(assemblies, slot, candidate.name(), work));
            }
        }
        return all;
    }

    @Override
    public double seconds(int repetitions, Clock clock) {
        try (Assemblies.Held<S> held = assemblies.hold(slot, name)) {
            return clock.seconds(repetitions, () -> work.accept(held.provider()));
        }
    }

    @Override
    public void rest() {
        LockSupport.parkNanos(WORKERS_SLEEP_NANOS);
    }
}
