package org.llmsys.assembly.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;

/** The immutable picture: every provider, slot by slot, and who was chosen. */
final class Snapshot implements Assembly {

    private final long revision;
    private final Set<String> knownSlots;
    /** For each slot its offers by rank. */
    private final Map<String, List<Offer>> offers;
    private final Map<String, String> selections;
    private final Map<String, String> experiments;

    Snapshot(long revision, Set<String> knownSlots, Map<String, List<Offer>> offers, Map<String, String> selections,
            Map<String, String> experiments) {
        this.revision = revision;
        Set<String> slots = new TreeSet<>(knownSlots);
        slots.addAll(offers.keySet());
        this.knownSlots = Collections.unmodifiableSet(slots);
        this.offers = offers;
        this.selections = Collections.unmodifiableMap(new TreeMap<>(selections));
        this.experiments = Collections.unmodifiableMap(new TreeMap<>(experiments));
    }

    @Override
    public long revision() {
        return revision;
    }

    @Override
    public Set<String> slots() {
        return knownSlots;
    }

    @Override
    public List<Candidate> candidates(String slot) {
        List<Offer> inOrder = inOrder(slot);
        List<Candidate> list = new ArrayList<>();
        inOrder.stream().filter(offer -> !offer.quarantined()).forEach(offer -> list.add(offer.candidate()));
        inOrder.stream().filter(Offer::quarantined).forEach(offer -> list.add(offer.candidate()));
        return Collections.unmodifiableList(list);
    }

    @Override
    public Optional<Candidate> serving(String slot, String algorithm) {
        return eligible(slot, algorithm).stream().findFirst().map(Offer::candidate);
    }

    @Override
    public Map<String, String> selections() {
        return selections;
    }

    @Override
    public Map<String, String> experiments() {
        return experiments;
    }

    @Override
    public Assembly with(String slot, String name) {
        requireKnown(slot, name);
        return new Snapshot(revision, knownSlots, offers, changed(selections, slot, name), changed(experiments, slot, Switchboard.AUTO));
    }

    @Override
    public Assembly withExperiment(String slot, String name) {
        requireKnown(slot, name);
        return new Snapshot(revision, knownSlots, offers, selections, changed(experiments, slot, name));
    }

    /** Refuses what can only be a mistake: a choice that is absent may be repeated, but not made. */
    void requireKnown(String slot, String name) {
        if (!knownSlots.contains(slot)) {
            throw Problem.misused("there is no slot called " + slot, "no bundle declares it and nothing serves it",
                    Names.suggestion(slot, knownSlots));
        }
        Set<String> names = new TreeSet<>(candidates(slot).stream().map(Candidate::name).toList());
        names.add(Switchboard.AUTO);
        if (!names.contains(name) && !name.equals(selections.get(slot))) {
            throw Problem.misused("nothing called " + name + " serves " + slot, "no provider of that slot has this name now",
                    Names.suggestion(name, names));
        }
    }

    static Map<String, String> changed(Map<String, String> choices, String slot, String name) {
        Map<String, String> copy = new HashMap<>(choices);
        if (name.equals(Switchboard.AUTO)) {
            copy.remove(slot);
        } else {
            copy.put(slot, name);
        }
        return copy;
    }

    List<Offer> offers(String slot) {
        return offers.getOrDefault(slot, List.of());
    }

    /** Who may serve a need, best first: a declared experiment, then the selection, then by rank. */
    List<Offer> eligible(String slot, String algorithm) {
        String experiment = experiments.get(slot);
        List<Offer> eligible = new ArrayList<>();
        for (Offer offer : inOrder(slot)) {
            if (offer.quarantined()) {
                continue;
            }
            if (experiment != null && offer.named(experiment)) {
                eligible.add(0, offer);
            } else if (algorithm.equals(Need.ANY) || algorithm.equals(offer.candidate().algorithm())) {
                eligible.add(offer);
            }
        }
        return eligible;
    }

    /** The selected one first, the others by rank. */
    private List<Offer> inOrder(String slot) {
        String selected = selections.get(slot);
        List<Offer> inOrder = new ArrayList<>(offers(slot));
        for (int i = 0; i < inOrder.size(); i++) {
            if (inOrder.get(i).named(selected)) {
                inOrder.add(0, inOrder.remove(i));
                break;
            }
        }
        return inOrder;
    }

    /** This snapshot as it can be served now: what went away is left out, what came since stands behind it. */
    Snapshot over(Snapshot current) {
        Map<String, List<Offer>> merged = new HashMap<>();
        Set<String> slots = new HashSet<>(offers.keySet());
        slots.addAll(current.offers.keySet());
        for (String slot : slots) {
            Map<Entry, Offer> present = new HashMap<>();
            current.offers(slot).forEach(offer -> present.put(offer.entry(), offer));
            List<Offer> list = new ArrayList<>();
            for (Offer offer : offers(slot)) {
                Offer now = present.get(offer.entry());
                if (now != null) {
                    list.add(now);
                }
            }
            current.offers(slot).stream().filter(offer -> !list.contains(offer)).forEach(list::add);
            merged.put(slot, List.copyOf(list));
        }
        return new Snapshot(current.revision, current.knownSlots, merged, selections, experiments);
    }

    /** This snapshot without some providers, for a step that is rerun. */
    Snapshot without(Set<Entry> suspects) {
        Map<String, List<Offer>> fewer = new HashMap<>();
        offers.forEach((slot, list) -> fewer.put(slot,
                list.stream().filter(offer -> !suspects.contains(offer.entry())).toList()));
        return new Snapshot(revision, knownSlots, fewer, selections, experiments);
    }
}
