package org.llmsys.integration.inside;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.StepListener;

/** Remembers what happened around steps. Thread-safe. */
public final class StepLog implements StepListener {

    private final String slot;
    private final Map<String, AtomicLong> steps = new ConcurrentHashMap<>();
    private final Queue<String> events = new ConcurrentLinkedQueue<>();

    /** @param slot whose providers are counted */
    public StepLog(String slot) {
        this.slot = slot;
    }

    /** Steps by the name of the provider that served the slot. */
    public Map<String, Long> steps() {
        Map<String, Long> counts = new java.util.TreeMap<>();
        steps.forEach((name, count) -> counts.put(name, count.get()));
        return counts;
    }

    /** {@code paused SLOT}, {@code resumed SLOT}, {@code repeated REASON}, {@code quarantined NAME: REASON}, in order. */
    public List<String> events() {
        return List.copyOf(events);
    }

    @Override
    public void paused(String missing, String algorithm) {
        events.add("paused " + missing + ":" + algorithm);
    }

    @Override
    public void resumed(String missing, String algorithm) {
        events.add("resumed " + missing + ":" + algorithm);
    }

    @Override
    public void repeated(String reason) {
        events.add("repeated " + reason);
    }

    @Override
    public void quarantined(Candidate provider, String reason) {
        events.add("quarantined " + provider.name() + ": " + reason);
    }

    @Override
    public void served(List<Candidate> providers) {
        List<String> names = providers.stream().filter(candidate -> candidate.slot().equals(slot)).map(Candidate::name).distinct().toList();
        if (names.size() == 1) {
            steps.computeIfAbsent(names.getFirst(), name -> new AtomicLong()).incrementAndGet();
        } else if (!names.isEmpty()) {
            events.add("mixed " + names);
        }
    }

    @Override
    public boolean wantsSteps() {
        return true;
    }
}
