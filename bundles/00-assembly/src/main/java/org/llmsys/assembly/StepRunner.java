package org.llmsys.assembly;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs steps of one plan: takes the lease, retries after a fault without the provider that caused it, pauses while a provider is
 * missing, and tells what happened.
 *
 * <p>An attempt writes only to what it owns and may run more than once; {@link Commit} runs once, under the same lease, after the
 * result was found good.
 */
@ProviderType
public interface StepRunner<P> extends AutoCloseable {

    /** One attempt at a step. */
    @FunctionalInterface
    interface Attempt<P, R> {
        R run(P plan, Step step);
    }

    /** What is wrong with a result, in words such as "logits hold NaN"; null when it is good. */
    @FunctionalInterface
    interface Check<R> {
        String faultIn(R result);
    }

    /**
     * Makes a good result count. A fault in here is not retried: it leaves {@link #run} as {@link CommitFault}. Once it has begun it
     * is not torn apart either: a provider that stops waits for it, and past the bound lets it end.
     */
    @FunctionalInterface
    interface Commit<P, R> {
        void commit(P plan, Step step, R result);
    }

    /**
     * Runs one step. After a fault it is run again, watched; then without the provider that is to blame. An attempt may therefore run
     * several times, also because a provider had to go before it was over.
     *
     * <pre>{@code
     * float[] logits = runner.run(
     *         (network, step) -> network.forward(ids, step),                              // writes to buffers of its own
     *         result -> allFinite(result) ? null : "logits hold NaN",
     *         (network, step, result) -> cache.length(cache.length() + ids.length));     // now it counts
     * }</pre>
     *
     * @throws java.util.concurrent.CancellationException from the attempt, or when the runner is closed or its thread interrupted
     *         while it waits
     * @throws CommitFault when the commit fails
     * @throws Problem when no provider is left, the pause bound is over, or the fault is the model's or the data's own
     */
    <R> R run(Attempt<P, R> attempt, Check<R> check, Commit<P, R> commit);

    /** As {@link #run(Attempt, Check, Commit)} with nothing to check or commit. */
    default <R> R run(Attempt<P, R> attempt) {
        return run(attempt, result -> null, (plan, step, result) -> { });
    }

    /** Serves from this snapshot instead of the current one, until {@code null} is given; providers that go away are replaced all the same. */
    void pin(Assembly assembly);

    @Override
    void close();
}
