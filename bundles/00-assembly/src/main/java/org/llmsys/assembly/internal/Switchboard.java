package org.llmsys.assembly.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;

/**
 * The core, without any framework: who is offered, who was chosen, who is quarantined. Each change publishes a new
 * {@link Snapshot}; foreign code is never called under the lock.
 */
final class Switchboard implements Assemblies {

    /** The name that forgets a choice. */
    static final String AUTO = "auto";

    final Settings settings;

    private final Object lock = new Object();
    private final Map<Long, Offer> offers = new LinkedHashMap<>();
    private final Map<Entry, String> quarantine = new HashMap<>();
    private final Set<Runner<?>> runners = Collections.newSetFromMap(new WeakHashMap<>());
    private Set<String> knownSlots = Set.of();
    private Map<String, String> selections = Map.of();
    private Map<String, String> experiments = Map.of();
    private volatile Snapshot current = new Snapshot(0, Set.of(), Map.of(), Map.of(), Map.of());
    private volatile boolean closed;
    /** When all providers leave because the workbench ends, they share one bound on waiting. */
    private volatile long closeDeadline;
    private final CountDownLatch started = new CountDownLatch(1);

    Switchboard(Settings settings) {
        this.settings = settings;
    }

    // ---- providers come, change and go -------------------------------------------------------------------------------------

    void arrive(Entry entry, Candidate candidate) {
        synchronized (lock) {
            offers.put(entry.id, new Offer(entry, candidate));
            publish();
        }
    }

    /** The provider says something else of itself now: another ranking, another name. */
    void change(long id, Candidate candidate) {
        synchronized (lock) {
            Offer before = offers.get(id);
            if (before != null) {
                offers.put(id, new Offer(before.entry(), candidate));
                publish();
            }
        }
    }

    /**
     * Takes a provider away. Returns when no step uses it any more, or when the bound on waiting is over and the steps that still
     * hold it are doomed: whatever they compute is thrown away and computed again.
     */
    void leave(long id) {
        Offer offer;
        boolean made;
        synchronized (lock) {
            offer = offers.remove(id);
            if (offer == null) {
                return;
            }
            quarantine.remove(offer.entry());
            made = offer.entry().retire();
            publish();
        }
        Candidate gone = offer.candidate();
        String reason = gone.slot() + ":" + gone.name() + " went away";
        long deadline = closed ? closeDeadline : System.nanoTime() + settings.drain();
        for (Bound holder : offer.entry().holders) {
            holder.drain(deadline, reason);
        }
        forget(offer.entry());
        if (made) {
            offer.entry().release();
        }
    }

    /** Idle runners let go of what they had bound, so that the classes of a bundle that went can be unloaded. */
    private void forget(Entry entry) {
        List<Runner<?>> all;
        synchronized (lock) {
            all = new ArrayList<>(runners);
        }
        all.forEach(runner -> runner.forget(entry));
    }

    /** The slots that some bundle declares, served or not. */
    void declare(Set<String> slots) {
        synchronized (lock) {
            knownSlots = Set.copyOf(slots);
            publish();
        }
    }

    /** From now on leases are given. Until then the first one would get whichever provider happened to be there. */
    void start() {
        started.countDown();
    }

    void close() {
        closeDeadline = System.nanoTime() + settings.drain();
        closed = true;
        start();
        wake();
    }

    private void publish() {
        Map<String, List<Offer>> bySlot = new HashMap<>();
        for (Offer offer : offers.values()) {
            String reason = quarantine.get(offer.entry());
            bySlot.computeIfAbsent(offer.candidate().slot(), slot -> new ArrayList<>())
                    .add(reason == null ? offer : offer.quarantined(reason));
        }
        bySlot.values().forEach(list -> list.sort(Offer.BY_RANK));
        current = new Snapshot(current.revision() + 1, knownSlots, bySlot, selections, experiments);
        lock.notifyAll();
    }

    @Override
    public Snapshot current() {
        return current;
    }

    // ---- waiting -------------------------------------------------------------------------------------------------------------

    /** Waits, with a bound, until the framework has started. */
    void awaitStart() {
        if (started.getCount() > 0) {
            try {
                started.await(settings.start(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted while waiting for the framework to start");
            }
        }
    }

    /**
     * Waits until another snapshot than {@code seen} is current, the waiter has given up, or the deadline is over.
     *
     * @return false at the deadline
     */
    boolean awaitChange(Snapshot seen, BooleanSupplier givenUp, long deadline) {
        synchronized (lock) {
            while (current == seen && !closed && !givenUp.getAsBoolean()) {
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return false;
                }
                try {
                    lock.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new CancellationException("interrupted while waiting for a provider");
                }
            }
            return true;
        }
    }

    /** Lets those who wait look again. */
    void wake() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    boolean closed() {
        return closed;
    }

    // ---- choosing ------------------------------------------------------------------------------------------------------------

    @Override
    public String use(String slot, String name) {
        current.requireKnown(slot, name);
        synchronized (lock) {
            selections = Snapshot.changed(selections, slot, name);
            experiments = Snapshot.changed(experiments, slot, AUTO);
            publish();
        }
        return new Effect(current, asked(slot)).of(slot, name, false);
    }

    @Override
    public String experiment(String slot, String name) {
        current.requireKnown(slot, name);
        synchronized (lock) {
            experiments = Snapshot.changed(experiments, slot, name);
            publish();
        }
        return new Effect(current, asked(slot)).of(slot, name, true);
    }

    /** Replaces all selections, when they were read from the store. */
    void select(Map<String, String> all) {
        synchronized (lock) {
            selections = Map.copyOf(all);
            publish();
        }
    }

    /** The algorithms that running plans ask of a slot. */
    private Set<String> asked(String slot) {
        List<Runner<?>> all;
        synchronized (lock) {
            all = new ArrayList<>(runners);
        }
        Set<String> algorithms = new TreeSet<>();
        all.forEach(runner -> runner.asked(slot, algorithms));
        return algorithms;
    }

    // ---- quarantine ----------------------------------------------------------------------------------------------------------

    /** Takes providers out of service, except those that have gone meanwhile. */
    void quarantine(Map<Offer, String> faulty) {
        synchronized (lock) {
            faulty.forEach((offer, reason) -> {
                if (offers.containsKey(offer.entry().id)) {
                    quarantine.put(offer.entry(), reason);
                }
            });
            publish();
        }
    }

    @Override
    public void pardon(String slot, String name) {
        current.requireKnown(slot, name);
        synchronized (lock) {
            Set<Entry> pardoned = new HashSet<>();
            offers.values().stream().filter(offer -> offer.candidate().slot().equals(slot) && offer.named(name))
                    .forEach(offer -> pardoned.add(offer.entry()));
            quarantine.keySet().removeAll(pardoned);
            publish();
        }
    }

    // ---- using ---------------------------------------------------------------------------------------------------------------

    @Override
    public <P> StepRunner<P> runner(String owner, Blueprint<P> blueprint, StepListener listener) {
        Runner<P> runner = new Runner<>(this, owner, blueprint, listener);
        synchronized (lock) {
            runners.add(runner);
        }
        return runner;
    }

    void remove(Runner<?> runner) {
        synchronized (lock) {
            runners.remove(runner);
            lock.notifyAll();
        }
    }

    @Override
    public <T> Held<T> hold(Class<T> type, String name) {
        return Hold.of(this, type, name);
    }
}
