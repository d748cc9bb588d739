package org.llmsys.bindings.internal;

import java.util.List;

import org.llmsys.tensor.Tensor;
import org.llmsys.training.Optimizer;

/** One step of AdamW or of gradient descent in place, by the engine. */
final class NativeOptimizer implements Optimizer {

    private final NativeKernel kernel;
    private final List<String> memory;

    NativeOptimizer(NativeKernel kernel) {
        this.kernel = kernel;
        this.memory = kernel.what().equals("adamw") ? List.of("m", "v") : List.of();
    }

    @Override
    public List<String> memory() {
        return memory;
    }

    @Override
    public void update(Tensor weight, Tensor gradient, List<Tensor> remembered, Rule rule) {
        requireFit(weight, gradient, remembered);
        Operand w = Operand.written(kernel.what(), weight);
        Operand g = Operand.read(kernel.what(), gradient);
        Operand first = remembered.isEmpty() ? Operand.NONE : Operand.written(kernel.what(), remembered.get(0));
        Operand second = remembered.size() < 2 ? Operand.NONE : Operand.written(kernel.what(), remembered.get(1));
        long step = rule.step() == 0 ? Long.MAX_VALUE : rule.step();   // no correction: so late that 1 - βᵗ is 1
        update(kernel.algorithmAt(), kernel.nameAt(), w.array(), w.at(), g.array(), g.at(), first.array(), first.at(), second.array(), second.at(),
                weight.size(), step, rule.learningRate(), rule.settings().beta1(), rule.settings().beta2(), rule.settings().eps(),
                rule.settings().weightDecay());
    }

    private static native void update(long algorithm, long name, float[] weight, long weightAt, float[] gradient, long gradientAt, float[] first,
            long firstAt, float[] second, long secondAt, long size, long step, double learningRate, double beta1, double beta2, double eps,
            double weightDecay);
}
