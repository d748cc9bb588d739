package org.llmsys.shell.internal.bench;

import java.util.List;
import java.util.Optional;

/** Somebody who does the work of a {@link Trial}, here or in another process. */
interface Contestant extends AutoCloseable {

    /** A provider's name, or {@code numpy}, {@code torch}. */
    String name();

    /**
     * Does the work.
     *
     * @param repetitions how often, 1 or more
     * @param clock       to measure with
     * @return seconds of one, the mean
     */
    double seconds(int repetitions, Clock clock);

    /** The same work by one thread, if what several bring is worth a row. It takes turns too. */
    default Optional<Contestant> alone() {
        return Optional.empty();
    }

    /** What the machine allows at most, if memory sets a limit. Its readings take turns too. */
    default Optional<Limit> limit() {
        return Optional.empty();
    }

    /** What else is worth knowing when the work is done. */
    default List<Remark> remarks() {
        return List.of();
    }

    /** Waits until none of its threads is busy any more: who comes next must have the machine for himself. */
    default void rest() {
    }

    @Override
    default void close() {
    }
}
