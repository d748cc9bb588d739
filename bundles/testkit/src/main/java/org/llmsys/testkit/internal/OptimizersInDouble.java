package org.llmsys.testkit.internal;

import java.util.Map;

import org.llmsys.training.Optimizer.Rule;
import org.llmsys.training.OptimizerSettings;

/** The optimizers that the kit knows, as their papers write them, one weight at a time and in double. */
final class OptimizersInDouble {

    private OptimizersInDouble() {
    }

    /** From one weight, its gradient and what is remembered of it (changed in place) to the weight afterwards. */
    interface Formula {
        double update(double w, double g, double[] memory, Rule rule);
    }

    static final Map<String, Formula> KNOWN = Map.of(
            "sgd", (w, g, memory, rule) -> w - rule.learningRate() * (g + rule.settings().weightDecay() * w),
            "momentum", OptimizersInDouble::momentum,
            "adagrad", OptimizersInDouble::adagrad,
            "adam", (w, g, memory, rule) -> w - rule.learningRate() * adamDirection(g + rule.settings().weightDecay() * w, memory, rule),
            "adamw", (w, g, memory, rule) -> w - rule.learningRate() * (rule.settings().weightDecay() * w + adamDirection(g, memory, rule)));

    private static double momentum(double w, double g, double[] memory, Rule rule) {
        OptimizerSettings s = rule.settings();
        double gradient = g + s.weightDecay() * w;
        memory[0] = rule.step() == 1 ? gradient + s.momentum() * memory[0] : s.momentum() * memory[0] + (1 - s.dampening()) * gradient;
        return w - rule.learningRate() * (s.nesterov() ? gradient + s.momentum() * memory[0] : memory[0]);
    }

    private static double adagrad(double w, double g, double[] memory, Rule rule) {
        double gradient = g + rule.settings().weightDecay() * w;
        memory[0] += gradient * gradient;
        return w - rule.learningRate() * gradient / (Math.sqrt(memory[0]) + rule.settings().eps());
    }

    private static double adamDirection(double g, double[] memory, Rule rule) {
        OptimizerSettings s = rule.settings();
        memory[0] = s.beta1() * memory[0] + (1 - s.beta1()) * g;
        memory[1] = s.beta2() * memory[1] + (1 - s.beta2()) * g * g;
        double mean = rule.step() == 0 ? memory[0] : memory[0] / (1 - Math.pow(s.beta1(), rule.step()));
        double square = rule.step() == 0 ? memory[1] : memory[1] / (1 - Math.pow(s.beta2(), rule.step()));
        return mean / (Math.sqrt(square) + s.eps());
    }
}
