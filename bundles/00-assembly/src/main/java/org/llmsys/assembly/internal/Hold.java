package org.llmsys.assembly.internal;

import java.util.List;
import java.util.Set;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;

/** A provider held by a tool: a lease on this one provider, whether it is chosen, in quarantine or neither. */
final class Hold<T> implements Assemblies.Held<T> {

    private final Lease lease;
    private final T provider;

    private Hold(Lease lease, T provider) {
        this.lease = lease;
        this.provider = provider;
    }

    static <T> Hold<T> of(Switchboard switchboard, Class<T> type, String name) {
        String slot = Plan.slotOf(type);
        Snapshot now = switchboard.current();
        List<Offer> named = now.offers(slot).stream().filter(offer -> offer.named(name)).toList();
        if (named.isEmpty()) {
            List<String> names = now.candidates(slot).stream().map(Candidate::name).toList();
            throw Problem.misused("nothing called " + name + " serves " + slot, "no provider of that slot has this name now",
                    names.isEmpty() ? "install a bundle that offers it" : Names.suggestion(name, Set.copyOf(names)));
        }
        Offer offer = named.getFirst();
        Object instance;
        try {
            instance = offer.entry().instance();
        } catch (Entry.CannotStart e) {
            throw new Problem("cannot use " + slot + ":" + name, e.getMessage(), "look into the log of bundle "
                    + offer.candidate().bundle(), Problem.FAILED, e);
        }
        if (instance != null && !type.isInstance(instance)) {
            throw Problem.failed("cannot use " + slot + ":" + name, "it was built against another version of " + type.getName(),
                    "refresh or update bundle " + offer.candidate().bundle());
        }
        Bound bound = new Bound(now, null, new Object[0], List.of(offer));
        Lease lease = new Lease(bound, false);
        bound.enter(lease);
        bound.retire();
        if (instance == null || offer.entry().gone()) {   // it left before the lease could be seen
            lease.close();
            throw Problem.failed("cannot use " + slot + ":" + name, "it has just gone away", "try again when it is back");
        }
        return new Hold<>(lease, type.cast(instance));
    }

    @Override
    public T provider() {
        String gone = lease.doomed();
        if (gone != null) {
            throw Problem.failed("cannot use a provider any longer", gone, "try again when it is back");
        }
        return provider;
    }

    @Override
    public void close() {
        lease.close();
    }
}
