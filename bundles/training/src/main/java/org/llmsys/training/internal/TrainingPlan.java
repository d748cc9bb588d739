package org.llmsys.training.internal;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.layers.LossLayer;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.training.BatchSource;
import org.llmsys.training.LearningRateSchedule;
import org.llmsys.training.Optimizer;
import org.llmsys.training.TrainingConfig;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;

/** What a training step computes with: the network, and the services of learning. */
record TrainingPlan(TransformerNetwork network, LossLayer loss, Need<TapeFactory> tapes, Need<TensorAllocator> allocator,
        Need<BatchSource> batches, Need<LearningRateSchedule> schedule, Need<Optimizer> optimizer) {

    static TrainingPlan build(TransformerModel model, TrainingConfig config, Needs needs) {
        return new TrainingPlan(model.network(needs), new LossLayer("cross-entropy", needs), needs.add(TapeFactory.class, TapeFactory.ALGORITHM),
                needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM), needs.add(BatchSource.class, config.batches()),
                needs.add(LearningRateSchedule.class, config.schedule()), needs.add(Optimizer.class, config.optimizer()));
    }
}
