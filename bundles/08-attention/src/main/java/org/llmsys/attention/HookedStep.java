package org.llmsys.attention;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Step;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;

/** A step that somebody looks into; it computes as the step it wraps. */
record HookedStep(Step step, Hooks hooks) implements Step {

    /** @throws Problem when the hook gives back another shape or type */
    static Variable visit(Hooks hooks, String place, Variable x, Pass pass) {
        Variable y = hooks.visit(place, x, pass);
        if (y == null || !y.shape().equals(x.shape()) || y.value().dtype() != x.value().dtype()) {
            throw Problem.failed("the hook at " + place + " gave back " + (y == null ? "nothing" : y.value().dtype() + " " + y.shape()),
                    "the step goes on with " + x.value().dtype() + " " + x.shape(), "give back x, or a variable of its shape and type");
        }
        return y;
    }

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
