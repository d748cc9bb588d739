package org.llmsys.assembly.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Problem;

/**
 * Looks for the provider behind a step's fault. The rule: a suspect is convicted only when the step succeeds without it.
 *
 * <p>The first fault asks for a watched rerun. After that each fault adds the first provider accused to the suspects, and the step
 * is rerun without them. When nobody else can serve a suspect's slot, the slot is cleared: excluding did not help, so its providers
 * serve again and the next one accused is tried. When nobody is left, it is a provider without a substitute, or the model, or the data.
 */
final class Inquiry {

    /** Whom to try although it may only have passed on what came in; each try costs a step. */
    private static final int DOUBTFUL_TRIALS = 2;
    /** A step is not repeated more often than this after faults. */
    private static final int RERUNS = 32;

    private final String owner;
    private final Map<Entry, Offer> suspects = new LinkedHashMap<>();
    private final Map<Offer, String> reasons = new LinkedHashMap<>();
    private final Set<String> cleared = new HashSet<>();
    private final Set<Offer> onlyDoubtful = new HashSet<>();
    /** Accused, and without them the step cannot run or has the same fault. */
    private final Map<Offer, String> irreplaceable = new LinkedHashMap<>();
    private Watch lastWatch;
    private boolean watched;
    private int doubtfulTrials;
    private int reruns;
    private String firstFault;
    private Throwable firstThrown;

    Inquiry(String owner) {
        this.owner = owner;
    }

    boolean watched() {
        return watched;
    }

    /** The providers that the next attempt goes without. */
    Set<Entry> suspects() {
        return suspects.keySet();
    }

    /** The suspects and why; to be convicted after a success. */
    Map<Offer, String> convicted() {
        Map<Offer, String> convicted = new LinkedHashMap<>();
        suspects.values().forEach(offer -> convicted.put(offer, reasons.get(offer)));
        return convicted;
    }

    /** A provider that is offered and cannot be started. */
    void cannotStart(Offer offer, String reason) {
        suspect(offer, reason);
    }

    /**
     * A step had a fault.
     *
     * @param words  what is wrong with the result, or null
     * @param thrown what the attempt threw, or null
     * @return why the step is repeated
     * @throws RuntimeException the verdict, when there is nothing left to try
     */
    String fault(Lease lease, String words, Throwable thrown) {
        String fault = words != null ? words : String.valueOf(thrown);
        if (firstFault == null) {
            firstFault = fault;
            firstThrown = thrown;
        }
        if (++reruns > RERUNS) {
            throw verdict();
        }
        if (!watched) {
            watched = true;
            return fault + ": repeating the step to find the cause";
        }
        lastWatch = lease.watch;
        if (thrown != null && lastWatch.accused().isEmpty()) {
            lastWatch.accuse(Culprit.of(thrown, lease.bound), "threw " + thrown);
            if (thrown instanceof Problem found && lastWatch.accused().isEmpty()) {
                throw found;   // the watched step found the cause outside the providers: a weight, for example
            }
        }
        return next();
    }

    /** Nobody but suspects can serve this slot: says why the step is repeated with them, or throws the verdict. */
    String exhausted(String slot) {
        boolean already = !cleared.add(slot);
        suspects.values().removeIf(offer -> {
            boolean ofSlot = offer.candidate().slot().equals(slot);
            if (ofSlot && !onlyDoubtful.contains(offer)) {
                irreplaceable.putIfAbsent(offer, reasons.get(offer));
            }
            return ofSlot;
        });
        if (already || lastWatch == null) {
            throw verdict();
        }
        return next();
    }

    private String next() {
        for (Map.Entry<Offer, String> accused : lastWatch.accused().entrySet()) {
            if (open(accused.getKey())) {
                return suspect(accused.getKey(), accused.getValue());
            }
        }
        for (Map.Entry<Offer, String> doubtful : lastWatch.doubtful().entrySet()) {
            if (doubtfulTrials < DOUBTFUL_TRIALS && open(doubtful.getKey())) {
                doubtfulTrials++;
                onlyDoubtful.add(doubtful.getKey());
                return suspect(doubtful.getKey(), doubtful.getValue());
            }
        }
        throw verdict();
    }

    private boolean open(Offer offer) {
        return !cleared.contains(offer.candidate().slot()) && !suspects.containsKey(offer.entry());
    }

    private String suspect(Offer offer, String reason) {
        suspects.put(offer.entry(), offer);
        reasons.put(offer, reason);
        return name(offer) + " is suspected (" + reason + "): repeating the step without it";
    }

    private RuntimeException verdict() {
        if (irreplaceable.isEmpty()) {
            return withoutCulprit();
        }
        List<String> said = new ArrayList<>();
        irreplaceable.forEach((offer, reason) -> said.add(name(offer) + ": " + reason));
        if (firstThrown instanceof Problem problem) {
            return new Problem(problem.getMessage(), problem.why() + " (" + String.join("; ", said) + ")", problem.fix(),
                    problem.exitStatus(), problem);
        }
        String what = owner + " stopped: " + (firstFault == null ? "a provider cannot be used" : firstFault);
        Candidate sole = irreplaceable.keySet().iterator().next().candidate();
        return irreplaceable.size() == 1
                ? new Problem(what, String.join("; ", said) + "; no other provider of " + sole.slot() + " can take over",
                        "mend it or add another provider of " + sole.slot() + " (" + sole.algorithm() + ")", Problem.FAILED, firstThrown)
                : new Problem(what, "every provider has the same fault, so it is the model or the data (" + String.join("; ", said) + ")",
                        "look at the model's weights and the input", Problem.FAILED, firstThrown);
    }

    private RuntimeException withoutCulprit() {
        if (firstThrown instanceof Problem problem) {
            return problem;
        }
        if (firstThrown instanceof Error error) {
            throw error;
        }
        return new Problem(owner + " stopped: " + firstFault, "no provider turned good input into this, so it is the model or the data",
                "look at the model's weights, the input, and for training at the learning rate", Problem.FAILED, firstThrown);
    }

    static String name(Offer offer) {
        return offer.candidate().slot() + ":" + offer.candidate().name();
    }
}
