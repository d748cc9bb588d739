package org.llmsys.assembly;

import org.osgi.annotation.versioning.ProviderType;

/** Where layers declare, once and while they are built, which services they will ask each step for. */
@ProviderType
public interface Needs {

    /**
     * Declares a need for a kernel: a stateless service, asked for anew in each step.
     *
     * @param type      an interface annotated {@link Slot}
     * @param algorithm its algorithm, for example {@code layernorm}; {@link Need#ANY} for the slot's choice
     * @return the handle for {@link Step#get}; the same one when the same need is declared twice
     */
    <T> Need<T> add(Class<T> type, String algorithm);

    /**
     * Picks a provider now, because it builds a part of the plan itself (a block, a feed-forward network). When the choice
     * changes, the plan is built again; weights are not touched.
     *
     * @throws MissingProvider when nothing serves the need; the lease then pauses until something does
     */
    <T> T structure(Class<T> type, String algorithm);
}
