package org.llmsys.testkit;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * What every provider of a slot promises. Offered as a service, so that a plug-in with a slot of its own can bring the contract too.
 * Stateless and thread-safe.
 */
@ConsumerType
public interface Contract<T> {

    /** The service interface, annotated {@link org.llmsys.assembly.Slot}. */
    Class<T> service();

    /**
     * Checks one provider.
     *
     * @param provider the object under test
     * @param subject  what it says of itself
     * @param checks   collects what held and what did not
     */
    void check(T provider, Subject subject, Checks checks);

    /**
     * What a provider says of itself.
     *
     * @param algorithm what it computes
     * @param name      this implementation
     * @param numerics  its numerics class, or empty
     */
    record Subject(String algorithm, String name, String numerics) {
    }
}
