package org.llmsys.inference.internal;

/** How a sequence takes its steps: alone, or together with others over the same model. For one sequence and one thread; {@link #cancel} from any. */
interface TokenSteps extends AutoCloseable {

    /**
     * Reads ids into the sequence's cache; they count when this returns.
     *
     * @param commit runs once, when the step was found good
     * @throws org.llmsys.assembly.Problem when the step cannot be done; the sequence is as before
     */
    Prediction read(Reading reading, Commit commit);

    /** Wakes a step that waits for a provider. */
    void cancel();

    @Override
    void close();

    /** What happens to the sequence when a step went well. */
    @FunctionalInterface
    interface Commit {
        void accept(Prediction prediction);
    }
}
