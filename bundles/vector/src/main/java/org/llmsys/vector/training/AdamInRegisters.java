package org.llmsys.vector.training;

import java.util.List;

import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Optimizer;

/** What Adam and AdamW share: all but the way of weight decay. */
abstract class AdamInRegisters implements Optimizer {

    private final WorkerPool pool;

    AdamInRegisters(WorkerPool pool) {
        this.pool = pool;
    }

    /** How much of the weight is added to its gradient. */
    abstract double coupled(Rule rule);

    /** What the weight is multiplied by. */
    abstract double keep(Rule rule);

    @Override
    public final List<String> memory() {
        return AdamLoop.MEMORY;
    }

    @Override
    public final void update(Tensor weight, Tensor gradient, List<Tensor> memory, Rule rule) {
        requireFit(weight, gradient, memory);
        AdamLoop.of(rule, coupled(rule), keep(rule)).run(pool, weight, gradient, memory);
    }
}
