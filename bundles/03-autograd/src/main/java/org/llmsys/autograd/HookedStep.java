package org.llmsys.autograd;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Step;

/** A step that somebody looks into; it computes as the step it wraps. */
record HookedStep(Step step, Hooks hooks) implements Step {

    @Override
    public <T> T get(Need<T> need) {
        return step.get(need);
    }

    @Override
    public String nameOf(Need<?> need) {
        return step.nameOf(need);
    }

    @Override
    public boolean watched() {
        return step.watched();
    }

    @Override
    public RuntimeException blame(Class<?> type, String algorithm, String reason) {
        return step.blame(type, algorithm, reason);
    }

    @Override
    public void close() {
        step.close();
    }
}
