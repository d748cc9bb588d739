package org.llmsys.vector.training;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Optimizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Adam, a register at a time: decay through the gradient.
 *
 * <pre>
 *   g = g + λ w
 *   w = w - η (m / (1 - β1ᵗ)) / (sqrt(v / (1 - β2ᵗ)) + ε)        by {@link AdamLoop}
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/1412.6980">Kingma, Ba 2014, Adam: A Method for Stochastic Optimization</a>
 */
@Component(service = Optimizer.class, property = "service.ranking:Integer=50")
@Provider(slot = "optimizer", algorithm = "adam", name = "adam-vector", summary = "Adam in registers, over all threads",
        reference = "https://arxiv.org/abs/1412.6980")
public final class VectorAdam extends AdamInRegisters {

    @Activate
    public VectorAdam(@Reference WorkerPool pool) {
        super(pool);
    }

    @Override
    double coupled(Rule rule) {
        return rule.settings().weightDecay();
    }

    @Override
    double keep(Rule rule) {
        return 1;
    }
}
