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
    private final House house;
    private final org.llmsys.assembly.Assemblies asm;
    private final Map<String, AtomicLong> steps = new ConcurrentHashMap<>();
    private final Queue<String> events = new ConcurrentLinkedQueue<>();

    /** @param slot whose providers are counted */
    public StepLog(String slot, House house) {
        this.house = house;
        this.asm = house.service(org.llmsys.assembly.Assemblies.class);
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
        events.add("DEBUG rev " + asm.current().revision() + " " + asm.current().candidates(missing));
        try {
            events.add("RAW " + java.util.stream.Stream.of(house.context.getAllServiceReferences(null, "(llmsys.slot=" + missing + ")"))
                .map(r -> r.getProperty("llmsys.name") + "#" + r.getProperty("service.id") + " " + java.util.Arrays.toString(r.getUsingBundles())).toList());
        } catch (Exception e) { events.add("RAW " + e); }
        if (events.size() < 40) Thread.getAllStackTraces().forEach((t, st) -> { String x = String.join("<", java.util.Arrays.stream(st).map(f -> f.getClassName().replaceAll(".*\\.", "") + "." + f.getMethodName() + ":" + f.getLineNumber()).toList());
            if (x.contains("Swaps") || x.contains("llmsys") || x.contains("scr") || x.contains("Component")) events.add("STACK " + t.getName() + " " + x); });
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
