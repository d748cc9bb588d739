package org.llmsys.vector.training;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * AdamW, a register at a time: decay apart from the gradient.
 *
 * <pre>
 *   w = (1 - η λ) w - η (m / (1 - β1ᵗ)) / (sqrt(v / (1 - β2ᵗ)) + ε)        by {@link AdamLoop}
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov, Hutter 2017, Decoupled Weight Decay Regularization</a>
 */
@Component(service = Optimizer.class, property = "service.ranking:Integer=50")
@Provider(slot = "optimizer", algorithm = "adamw", name = "adamw-vector", summary = "AdamW in registers, over all threads",
        reference = "https://arxiv.org/abs/1711.05101")
public final class VectorAdamW extends AdamInRegisters {

    @Activate
    public VectorAdamW(@Reference WorkerPool pool) {
        super(pool);
    }

    @Override
    double coupled(Rule rule) {
        return 0;
    }

    @Override
    double keep(Rule rule) {
        return 1 - rule.learningRate() * rule.settings().weightDecay();
    }
}
