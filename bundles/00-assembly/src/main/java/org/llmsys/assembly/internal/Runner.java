package org.llmsys.assembly.internal;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;

import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.CommitFault;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;

/** Runs the steps of one plan: lease, attempt, check, rerun after a fault, commit. */
final class Runner<P> implements StepRunner<P> {

    /** How an attempt ended: with a good result, or with a reason to repeat the step. */
    private record Outcome<R>(R result, String repeat) {
    }

    private final Switchboard switchboard;
    private final String owner;
    private final StepListener listener;
    private final Lessor<P> lessor;

    Runner(Switchboard switchboard, String owner, Blueprint<P> blueprint, StepListener listener) {
        this.switchboard = switchboard;
        this.owner = owner;
        this.listener = listener;
        this.lessor = new Lessor<>(switchboard, owner, blueprint, listener);
    }

    @Override
    public <R> R run(Attempt<P, R> attempt, Check<R> check, Commit<P, R> commit) {
        Inquiry inquiry = new Inquiry(owner);
        for (;;) {
            Lease lease;
            try {
                lease = lessor.lease(inquiry);
            } catch (Lessor.Exhausted e) {
                listener.repeated(inquiry.exhausted(e.slot));
                continue;
            }
            Outcome<R> outcome;
            try (lease) {
                outcome = attempt(lease, attempt, check, inquiry);
                if (outcome.repeat == null) {
                    commit(lease, commit, outcome.result);
                }
            }
            if (outcome.repeat == null) {
                convict(inquiry.convicted());
                if (listener.wantsSteps()) {
                    listener.served(lease.bound.candidates);
                }
                return outcome.result;
            }
            listener.repeated(outcome.repeat);
        }
    }

    private <R> Outcome<R> attempt(Lease lease, Attempt<P, R> attempt, Check<R> check, Inquiry inquiry) {
        R result = null;
        String fault = null;
        Throwable thrown = null;
        try {
            result = attempt.run(plan(lease), lease);
            fault = check.faultIn(result);
        } catch (CancellationException | OutOfMemoryError e) {
            throw e;
        } catch (RuntimeException | Error e) {
            thrown = e;
        }
        // A provider that had to go spoils the attempt whatever came of it; once this is passed, providers wait for the commit.
        if (!lease.beginCommit()) {
            return new Outcome<>(null, lease.doomed() + ": repeating the step");
        }
        if (fault == null && thrown == null) {
            return new Outcome<>(result, null);
        }
        if (thrown != null && thrown.getCause() instanceof OutOfMemoryError memory) {
            throw memory;
        }
        return new Outcome<>(null, inquiry.fault(lease, fault, thrown));
    }

    private <R> void commit(Lease lease, Commit<P, R> commit, R result) {
        try {
            commit.commit(plan(lease), lease, result);
        } catch (CancellationException | OutOfMemoryError e) {
            throw e;
        } catch (RuntimeException | Error e) {
            Offer culprit = Culprit.of(e, lease.bound);
            throw new CommitFault(owner + " stopped while a result was being committed: "
                    + (culprit == null ? "" : Inquiry.name(culprit) + " of bundle " + culprit.candidate().bundle() + " failed with ")
                    + e, e);
        }
    }

    /** The step succeeded without the suspects. */
    private void convict(Map<Offer, String> convicted) {
        if (!convicted.isEmpty()) {
            switchboard.quarantine(convicted);
            convicted.forEach((offer, reason) -> listener.quarantined(offer.quarantined(reason).candidate(), reason));
        }
    }

    @SuppressWarnings("unchecked")   // the lease comes from this runner's own lessor
    private P plan(Lease lease) {
        return (P) lease.bound.plan.value;
    }

    @Override
    public void pin(Assembly assembly) {
        lessor.pin(assembly);
    }

    void forget(Entry entry) {
        lessor.forget(entry);
    }

    void asked(String slot, Set<String> algorithms) {
        lessor.asked(slot, algorithms);
    }

    @Override
    public void close() {
        lessor.close();
        switchboard.remove(this);
    }
}
