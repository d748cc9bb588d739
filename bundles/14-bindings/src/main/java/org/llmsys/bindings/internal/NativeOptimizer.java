package org.llmsys.bindings.internal;

import java.util.List;

import org.llmsys.tensor.Tensor;
import org.llmsys.training.Optimizer;

/** One step of AdamW or of gradient descent in place, by the engine. */
final class NativeOptimizer implements Optimizer {

    private final String what;
    private final CText algorithm;
    private final CText name;
    private final List<String> memory;

    NativeOptimizer(String what, CText algorithm, CText name) {
        this.what = what;
        this.algorithm = algorithm;
        this.name = name;
        this.memory = what.equals("adamw") ? List.of("m", "v") : List.of();
    }

    @Override
    public List<String> memory() {
        return memory;
    }

    @Override
    public void update(Tensor weight, Tensor gradient, List<Tensor> remembered, Rule rule) {
        requireFit(weight, gradient, remembered);
        Operand w = Operand.written(what, weight);
        Operand g = Operand.read(what, gradient);
        Operand first = remembered.isEmpty() ? Operand.NONE : Operand.written(what, remembered.get(0));
        Operand second = remembered.size() < 2 ? Operand.NONE : Operand.written(what, remembered.get(1));
        long step = rule.step() == 0 ? Long.MAX_VALUE : rule.step();   // no correction: so late that 1 - βᵗ is 1
        update(algorithm.address(), name.address(), w.array(), w.at(), g.array(), g.at(), first.array(), first.at(), second.array(), second.at(),
                weight.size(), step, rule.learningRate(), rule.settings().beta1(), rule.settings().beta2(), rule.settings().eps(),
                rule.settings().weightDecay());
    }

    private static native void update(long algorithm, long name, float[] weight, long weightAt, float[] gradient, long gradientAt, float[] first,
            long firstAt, float[] second, long secondAt, long size, long step, double learningRate, double beta1, double beta2, double eps,
            double weightDecay);
}
