package org.llmsys.shell.internal.bench;

import java.util.List;

/** Something that can be measured, in trials of several sizes. */
interface Benchmark {

    /** Sizes when none are given: numbers with x between, sizes with commas between. */
    String sizes();

    /** Who can do the same. */
    default List<PeerProgram> peers() {
        return List.of(PythonPeer.of("numpy"), PythonPeer.of("torch"));
    }

    /** Whether {@link #trials} holds what {@code --names} asks for and no more; otherwise contestants are picked by their names. */
    default boolean picksByName() {
        return false;
    }

    /** What {@code --cpu-time} reads: by default the time of the thread that measures, which says nothing when others help it. */
    default Clock processorClock() {
        return Clock.PROCESSOR;
    }

    /** How many numbers a size has, and their letters, as in {@code KxN}. */
    String form();

    /** @param sizes each of as many numbers as {@link #form} says */
    List<Trial> trials(List<int[]> sizes);
}
