package org.llmsys.inference.insight;

import java.util.List;

import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Tensor;

/** Takes parts of a model away while a step without a tape computes. */
record AblationHooks(List<AblationTarget> targets, AblationValue value) implements Hooks {

    @Override
    public boolean wants(String place) {
        return targets.stream().anyMatch(target -> target.places().contains(place));
    }

    @Override
    public Variable visit(String place, Variable x, Pass pass) {
        for (AblationTarget target : targets) {
            if (target.places().contains(place)) {
                value.fill(part(target, x.value()));
            }
        }
        return x;
    }

    /** Of z (B,T,NH,HS) one head; of what a sublayer adds, (B,T,C), all. */
    private static Tensor part(AblationTarget target, Tensor x) {
        return target instanceof AblationTarget.Head head ? x.select(2, head.head()) : x;
    }
}
