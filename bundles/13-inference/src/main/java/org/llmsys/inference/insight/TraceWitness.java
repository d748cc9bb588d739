package org.llmsys.inference.insight;

import java.util.List;

import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.StepListener;

/** Remembers who served the last step, and passes on all it hears. */
final class TraceWitness implements StepListener {

    private final StepListener other;
    private volatile List<Candidate> providers = List.of();

    TraceWitness(StepListener other) {
        this.other = other;
    }

    List<Candidate> providers() {
        return providers;
    }

    @Override
    public boolean wantsSteps() {
        return true;
    }

    @Override
    public void served(List<Candidate> served) {
        providers = List.copyOf(served);
        if (other.wantsSteps()) {
            other.served(served);
        }
    }

    @Override
    public void paused(String slot, String algorithm) {
        other.paused(slot, algorithm);
    }

    @Override
    public void resumed(String slot, String algorithm) {
        other.resumed(slot, algorithm);
    }

    @Override
    public void repeated(String reason) {
        other.repeated(reason);
    }

    @Override
    public void quarantined(Candidate provider, String reason) {
        other.quarantined(provider, reason);
    }
}
