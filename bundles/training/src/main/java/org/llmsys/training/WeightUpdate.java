package org.llmsys.training;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.llmsys.autograd.GradientClipping;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Tensor;

/**
 * What one step does to the weights when their gradients are known.
 *
 * <pre>
 *   g = g * min(1, clip / |g|)                         |g| over all weights together
 *   w = optimizer(w, g, rate, decay)                   decay for weights of rank 2 or more, or for all
 * </pre>
 */
public final class WeightUpdate {

    private final LearningRule rule;
    private final List<Variable> weights;

    /** @param weights those that learn, in an order that never changes */
    public WeightUpdate(LearningRule rule, Collection<Variable> weights) {
        this.rule = rule;
        this.weights = List.copyOf(weights);
    }

    /** The weights' gradients in their order, on the heap; null where the loss does not depend on the weight. */
    public List<Tensor> gradients(Gradients gradients) {
        List<Tensor> list = new ArrayList<>(weights.size());
        for (Variable weight : weights) {
            Tensor gradient = gradients.of(weight);
            list.add(gradient == null ? null : gradient.onHeap());
        }
        return list;
    }

    /** The Euclidean length of all gradients as one long vector, added up in double, in the weights' order. */
    public static double norm(List<Tensor> gradients) {
        return GradientClipping.norm(gradients);
    }

    /**
     * Moves every weight that has a gradient.
     *
     * @param step      counts from 1
     * @param gradients of {@link #gradients}; shortened in place when too long
     * @param norm      their {@link #norm}
     */
    public void apply(Optimizer optimizer, OptimizerMemory memory, long step, double rate, List<Tensor> gradients, double norm) {
        if (rule.gradientClip() > 0) {
            GradientClipping.clip(gradients, norm, rule.gradientClip());
        }
        Optimizer.Rule decaying = new Optimizer.Rule(step, rate, rule.settings());
        Optimizer.Rule free = rule.decaysAll() ? decaying : new Optimizer.Rule(step, rate, rule.settings().withWeightDecay(0));
        for (int i = 0; i < weights.size(); i++) {
            Variable weight = weights.get(i);
            if (gradients.get(i) != null) {
                optimizer.update(weight.value(), gradients.get(i), memory.of(weight.name()), weight.shape().rank() >= 2 ? decaying : free);
            }
        }
    }
}
