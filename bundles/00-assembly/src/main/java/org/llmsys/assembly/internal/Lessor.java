package org.llmsys.assembly.internal;

import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.MissingProvider;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;

/**
 * Gives leases on one blueprint. Remembers the plan and its binding: another snapshot only rebinds the array of providers, another
 * structural provider builds the plan again. Waits while a provider is missing.
 */
final class Lessor<P> {

    /** Only suspects could serve this slot. */
    static final class Exhausted extends Exception {

        private static final long serialVersionUID = 1;

        final String slot;

        Exhausted(String slot) {
            super(slot, null, false, false);
            this.slot = slot;
        }
    }

    private final Switchboard switchboard;
    private final String owner;
    private final Blueprint<P> blueprint;
    private final StepListener listener;

    /** Held while binding, which may start components. A provider that goes away never waits for it. */
    private final ReentrantLock binding = new ReentrantLock();
    /** What steps lease until another snapshot is published. */
    private volatile Bound bound;
    private volatile Plan<P> plan;
    private volatile Snapshot pinned;
    private volatile boolean closed;

    Lessor(Switchboard switchboard, String owner, Blueprint<P> blueprint, StepListener listener) {
        this.switchboard = switchboard;
        this.owner = owner;
        this.blueprint = blueprint;
        this.listener = listener;
    }

    /** The next step's lease, without the suspects of an inquiry. */
    Lease lease(Inquiry inquiry) throws Exhausted {
        Pause pause = null;
        for (;;) {
            requireOpen();
            Snapshot base = switchboard.current();
            Bound now = bound;
            boolean special = !inquiry.suspects().isEmpty();
            if (special || now == null || now.base != base) {
                switchboard.awaitStart();
                base = switchboard.current();
                try {
                    now = bind(base, inquiry);
                } catch (MissingProvider missing) {
                    if (switchboard.current() != base) {
                        continue;   // who left did so after another came: look again before anybody hears of a pause
                    }
                    pause = pause == null ? new Pause(missing) : pause.continued(missing);
                    pause.await(base);
                    continue;
                }
            }
            Lease lease = new Lease(now, inquiry.watched());
            if (now.enter(lease)) {
                if (special) {
                    now.retire();   // for this one step
                }
                // Whoever goes away publishes first and looks for leases afterwards: either it sees this one, or we see it.
                if (switchboard.current() == base) {
                    if (pause != null) {
                        pause.over();
                    }
                    return lease;
                }
                lease.close();
            }
        }
    }

    private Bound bind(Snapshot base, Inquiry inquiry) throws Exhausted {
        binding.lock();
        try {
            Bound known = bound;
            if (inquiry.suspects().isEmpty() && known != null && known.base == base) {
                return known;   // another thread was first
            }
            Snapshot all = pinned == null ? base : pinned.over(base);
            Set<Entry> suspects = Set.copyOf(inquiry.suspects());
            Binder binder = new Binder(suspects.isEmpty() ? all : all.without(suspects));
            try {
                Plan<P> fitting = plan;
                if (fitting == null || !fitting.fits(binder)) {
                    fitting = Plan.build(blueprint, binder);
                    plan = fitting;
                }
                Bound fresh = binder.bind(base, fitting);
                if (suspects.isEmpty()) {
                    remember(fresh);
                }
                return fresh;
            } catch (MissingProvider missing) {
                boolean suspected = all.eligible(missing.slot(), missing.algorithm()).stream()
                        .anyMatch(offer -> suspects.contains(offer.entry()) || binder.failed.containsKey(offer));
                if (suspected) {
                    throw new Exhausted(missing.slot());
                }
                throw missing;
            } finally {
                binder.failed.forEach(inquiry::cannotStart);
            }
        } finally {
            binding.unlock();
        }
    }

    private void remember(Bound fresh) {
        Bound before = bound;
        bound = fresh;
        if (before != null) {
            before.retire();
        }
    }

    void pin(Assembly snapshot) {
        if (snapshot != null && !(snapshot instanceof Snapshot)) {
            throw new IllegalArgumentException("pin takes a snapshot made by this workbench, not " + snapshot.getClass().getName());
        }
        binding.lock();
        try {
            pinned = (Snapshot) snapshot;
            remember(null);
        } finally {
            binding.unlock();
        }
    }

    /** Lets go of a provider that has gone. Skipped while somebody binds: what they bind is stale already. */
    void forget(Entry entry) {
        if (binding.tryLock()) {
            try {
                Bound now = bound;
                if (now != null && now.offers.stream().anyMatch(offer -> offer.entry() == entry)) {
                    remember(null);
                }
                Plan<P> known = plan;
                if (known != null && known.uses(entry)) {
                    plan = null;
                }
            } finally {
                binding.unlock();
            }
        }
    }

    /** Adds the algorithms that the plan asks of a slot. */
    void asked(String slot, Set<String> algorithms) {
        Plan<P> known = plan;
        if (known != null) {
            known.needs.stream().filter(need -> need.slot().equals(slot)).map(Need::algorithm).forEach(algorithms::add);
            known.parts.stream().filter(part -> part.slot().equals(slot)).map(Plan.Part::algorithm).forEach(algorithms::add);
        }
    }

    void close() {
        closed = true;
        Bound now = bound;
        if (now != null) {
            now.retire();
        }
    }

    boolean closed() {
        return closed;
    }

    private void requireOpen() {
        if (closed) {
            throw new CancellationException(owner + " was closed");
        }
        if (switchboard.closed()) {
            throw new CancellationException(owner + " ends because the workbench is shutting down");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException(owner + " was interrupted");
        }
    }

    /** The wait for a provider that is missing. */
    private final class Pause {

        private final MissingProvider missing;
        private final long deadline;

        Pause(MissingProvider missing) {
            this(missing, System.nanoTime() + switchboard.settings.pause());
        }

        private Pause(MissingProvider missing, long deadline) {
            this.missing = missing;
            this.deadline = deadline;
            listener.paused(missing.slot(), missing.algorithm());
        }

        /** Still waiting: for the same need, or for the next one. */
        Pause continued(MissingProvider now) {
            if (now.slot().equals(missing.slot()) && now.algorithm().equals(missing.algorithm())) {
                return this;
            }
            over();
            return new Pause(now, deadline);
        }

        void await(Snapshot seen) {
            if (!switchboard.awaitChange(seen, Lessor.this::closed, deadline)) {
                long seconds = TimeUnit.NANOSECONDS.toSeconds(switchboard.settings.pause());
                String algorithm = Need.ANY.equals(missing.algorithm()) ? "" : " (" + missing.algorithm() + ")";
                throw Problem.failed(owner + " gave up waiting", "nothing has served " + missing.slot() + algorithm + " for "
                        + seconds + " s" + quarantined(seen), "start or install a bundle that offers it");
            }
        }

        private String quarantined(Snapshot seen) {
            String names = String.join(", ", seen.candidates(missing.slot()).stream()
                    .filter(candidate -> candidate.quarantine() != null).map(Candidate::name).toList());
            return names.isEmpty() ? "" : "; in quarantine: " + names;
        }

        void over() {
            listener.resumed(missing.slot(), missing.algorithm());
        }
    }
}
