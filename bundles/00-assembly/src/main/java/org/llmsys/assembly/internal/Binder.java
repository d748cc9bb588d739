package org.llmsys.assembly.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.MissingProvider;
import org.llmsys.assembly.Need;

/** Picks providers for needs from one snapshot, makes their instances, and notes who could not be started. */
final class Binder {

    /** A provider picked, with its instance. */
    record Choice(Offer offer, Object instance) {
    }

    private final Snapshot snapshot;
    /** Providers that are offered and cannot be started, with the reason. */
    final Map<Offer, String> failed = new LinkedHashMap<>();

    Binder(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /**
     * The best provider that can be started and is an instance of the type. One whose class comes from another revision of the
     * interface's bundle is passed over: that is a property of the need, not a fault of the provider.
     */
    Choice choose(Class<?> type, String slot, String algorithm) {
        for (Offer offer : snapshot.eligible(slot, algorithm)) {
            if (failed.containsKey(offer)) {
                continue;
            }
            try {
                Object instance = offer.entry().instance();
                if (type.isInstance(instance)) {
                    return new Choice(offer, instance);
                }
            } catch (Entry.CannotStart e) {
                failed.put(offer, e.getMessage());
            }
        }
        return null;
    }

    /** Binds every need of a plan. */
    Bound bind(Snapshot base, Plan<?> plan) {
        Object[] serving = new Object[plan.needs.size()];
        List<Offer> offers = new ArrayList<>();
        for (Need<?> need : plan.needs) {
            Choice choice = choose(need.type(), need.slot(), need.algorithm());
            if (choice == null) {
                throw new MissingProvider(need.slot(), need.algorithm());
            }
            serving[need.index()] = choice.instance();
            offers.add(choice.offer());
        }
        plan.parts.forEach(part -> offers.add(part.offer()));
        return new Bound(base, plan, serving, offers);
    }
}
