package org.llmsys.training.internal;

import java.util.List;

import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.Optimizer;

/**
 * An optimizer that moves every element of a weight by itself: a subclass is its formula.
 *
 * <pre>
 *   w[i] = moved(i, w[i], g[i])          for every i
 * </pre>
 *
 * <p>Shapes: weight, gradient and memory of one shape, contiguous, F32 or F64; weight and memory change in place.
 */
abstract class ElementwiseOptimizer implements Optimizer {

    private final List<String> memory;

    /** @param memory names of what it remembers of each element */
    ElementwiseOptimizer(String... memory) {
        this.memory = List.of(memory);
    }

    /** The formula of one step. */
    @FunctionalInterface
    interface Formula {

        /** The element after the step, from its value and its gradient; what is remembered of it changes too. */
        double moved(int i, double w, double g);
    }

    /** @param memory in the order of {@link #memory()} */
    abstract Formula formula(Rule rule, List<Elements> memory);

    @Override
    public final List<String> memory() {
        return memory;
    }

    @Override
    public final void update(Tensor weight, Tensor gradient, List<Tensor> memory, Rule rule) {
        requireFit(weight, gradient, memory);
        Elements w = weight.elements();
        Elements g = gradient.elements();
        Formula formula = formula(rule, memory.stream().map(Tensor::elements).toList());
        for (int i = 0; i < w.size(); i++) {
            w.set(i, formula.moved(i, w.get(i), g.get(i)));
        }
    }
}
