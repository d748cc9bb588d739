package org.llmsys.assembly;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A lease on the declared needs, for one token of one batch, one bounded chunk of a prompt, or one training step.
 *
 * <p>All {@code get} calls within a step see the same providers. A step is used by one thread at a time and makes no framework calls.
 */
@ProviderType
public interface Step extends AutoCloseable {

    /** The provider of a need: an array read. */
    <T> T get(Need<T> need);

    /** The name of the provider that serves the need in this step, for reports. */
    String nameOf(Need<?> need);

    /**
     * True in the rerun after a fault, when every kernel call is checked. Code that builds structure then checks its parts'
     * results too and reports an offender with {@link #blame}.
     */
    boolean watched();

    /**
     * Ends a watched attempt: the structural provider of this slot and algorithm turned good input into a bad result.
     *
     * @return never; declared so that callers can write {@code throw step.blame(...)}
     */
    RuntimeException blame(Class<?> type, String algorithm, String reason);

    /** Gives the providers back. */
    @Override
    void close();
}
