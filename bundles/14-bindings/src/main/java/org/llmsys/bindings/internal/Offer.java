package org.llmsys.bindings.internal;

import java.util.Dictionary;
import java.util.Hashtable;

import org.llmsys.assembly.Provider;
import org.osgi.framework.Constants;

/**
 * One native implementation as a provider of a Java slot.
 *
 * @param <S>       the slot's interface
 * @param type      that interface
 * @param service   the provider
 * @param slot      as people type it
 * @param algorithm by Java's name
 * @param name      of the provider, unique in its slot
 * @param numerics  its numerics class, or empty
 * @param summary   one line
 * @param reference paper or source, or empty
 * @param ranking   default choice
 */
record Offer<S>(Class<S> type, S service, String slot, String algorithm, String name, String numerics, String summary, String reference,
        int ranking) {

    /** What the service says of itself. */
    Dictionary<String, Object> properties() {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(Provider.PREFIX_ + "slot", slot);
        properties.put(Provider.PREFIX_ + "algorithm", algorithm);
        properties.put(Provider.PREFIX_ + "name", name);
        properties.put(Provider.PREFIX_ + "numerics", numerics);
        properties.put(Provider.PREFIX_ + "summary", summary);
        properties.put(Provider.PREFIX_ + "reference", reference);
        properties.put(Constants.SERVICE_RANKING, ranking);
        return properties;
    }
}
