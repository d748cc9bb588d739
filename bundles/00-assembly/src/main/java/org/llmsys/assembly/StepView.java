package org.llmsys.assembly;

/** A step that computes as another one does: who looks into a step, or counts, changes only what that is about. */
public interface StepView extends Step {

    /** The step it computes as. */
    Step step();

    @Override
    default <T> T get(Need<T> need) {
        return step().get(need);
    }

    @Override
    default String nameOf(Need<?> need) {
        return step().nameOf(need);
    }

    @Override
    default boolean watched() {
        return step().watched();
    }

    @Override
    default RuntimeException blame(Class<?> type, String algorithm, String reason) {
        return step().blame(type, algorithm, reason);
    }

    @Override
    default void close() {
        step().close();
    }
}
