package org.llmsys.assembly.internal;

import java.util.Comparator;

import org.llmsys.assembly.Candidate;

/** A provider and what it said of itself when a snapshot was taken. */
record Offer(Entry entry, Candidate candidate) {

    /** The order of choice without a selection: highest ranking first, then who came first. */
    static final Comparator<Offer> BY_RANK = Comparator.<Offer>comparingInt(offer -> -offer.candidate.ranking())
            .thenComparingLong(offer -> offer.candidate.serviceId());

    boolean quarantined() {
        return candidate.quarantine() != null;
    }

    boolean named(String name) {
        return candidate.name().equals(name);
    }

    Offer quarantined(String reason) {
        Candidate c = candidate;
        return new Offer(entry, new Candidate(c.slot(), c.algorithm(), c.name(), c.numerics(), c.summary(), c.reference(),
                c.ranking(), c.serviceId(), c.bundle(), reason));
    }
}
