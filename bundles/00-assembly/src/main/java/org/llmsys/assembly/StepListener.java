package org.llmsys.assembly;

/** Hears what happens around steps. Called outside locks, on the thread that runs the step. */
public interface StepListener {

    /** Keeps silent. */
    StepListener NONE = new StepListener() {
    };

    /** The step waits because nothing serves this need. */
    default void paused(String slot, String algorithm) {
    }

    /** The pause is over. */
    default void resumed(String slot, String algorithm) {
    }

    /** A step was repeated; why. */
    default void repeated(String reason) {
    }

    /** A provider was taken out of service; why. */
    default void quarantined(Candidate provider, String reason) {
    }

    /** A step ended well; who served it, slot by slot (only called when {@link #wantsSteps} says so). */
    default void served(java.util.List<Candidate> providers) {
    }

    /** Whether {@link #served} shall be called. */
    default boolean wantsSteps() {
        return false;
    }
}
