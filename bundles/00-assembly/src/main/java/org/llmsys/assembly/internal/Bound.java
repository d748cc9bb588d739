package org.llmsys.assembly.internal;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Need;

/**
 * The needs of a plan bound to providers: made once for each snapshot, leased by each step. It counts its leases, because a
 * provider that goes away waits for them.
 */
final class Bound {

    /** The snapshot that was current when this was bound; another one makes it stale. */
    final Snapshot base;
    final Plan<?> plan;
    /** The providers in the order of the plan's needs; leases share this array. */
    final Object[] serving;
    /** Who serves: first the needs in their order, then the structural providers. */
    final List<Offer> offers;
    final List<Candidate> candidates;

    private final List<Lease> leases = new ArrayList<>(2);
    private boolean retired;

    Bound(Snapshot base, Plan<?> plan, Object[] serving, List<Offer> offers) {
        this.base = base;
        this.plan = plan;
        this.serving = serving;
        this.offers = List.copyOf(offers);
        this.candidates = offers.stream().map(Offer::candidate).toList();
        this.offers.forEach(offer -> offer.entry().holders.add(this));
    }

    Offer offer(Need<?> need) {
        return offers.get(need.index());
    }

    /** The instances of {@link #offers}. */
    List<Object> instances() {
        List<Object> instances = new ArrayList<>(List.of(serving));
        plan.parts.forEach(part -> instances.add(part.instance()));
        return instances;
    }

    /** Who serves this slot and algorithm in this plan, be it a kernel or a structural provider; null when nobody does. */
    Offer offer(Class<?> type, String algorithm) {
        for (Need<?> need : plan.needs) {
            if (need.type() == type && need.algorithm().equals(algorithm)) {
                return offer(need);
            }
        }
        for (Plan.Part part : plan.parts) {
            if (part.type() == type && part.algorithm().equals(algorithm)) {
                return part.offer();
            }
        }
        return null;
    }

    /** Takes a lease; false when this binding is no longer given out. */
    synchronized boolean enter(Lease lease) {
        if (retired) {
            return false;
        }
        leases.add(lease);
        return true;
    }

    synchronized void leave(Lease lease) {
        leases.remove(lease);
        if (leases.isEmpty()) {
            notifyAll();
            if (retired) {
                unregister();
            }
        }
    }

    /** No new leases from now on. */
    synchronized void retire() {
        retired = true;
        if (leases.isEmpty()) {
            unregister();
        }
    }

    private void unregister() {
        offers.forEach(offer -> offer.entry().holders.remove(this));
    }

    /**
     * Waits until no lease is open, and dooms what is still open at the deadline. Leases of the waiting thread itself are doomed
     * without waiting for them, which would take for ever. A lease that is being committed is waited for and never doomed.
     *
     * @param deadline in {@link System#nanoTime} time
     */
    synchronized void drain(long deadline, String reason) {
        Thread self = Thread.currentThread();
        boolean interrupted = false;
        while (leases.stream().anyMatch(lease -> lease.owner != self)) {
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                break;
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                interrupted = true;
                break;
            }
        }
        leases.forEach(lease -> lease.doom(reason));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
