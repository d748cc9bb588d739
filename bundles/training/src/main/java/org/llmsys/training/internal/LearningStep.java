package org.llmsys.training.internal;

import java.util.List;

import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Workspace;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.training.BatchSource.Batch;
import org.llmsys.training.LearningRateSchedule.ScheduleSpec;
import org.llmsys.training.OptimizerMemory;
import org.llmsys.training.TrainingConfig;
import org.llmsys.training.WeightUpdate;
import org.llmsys.training.data.Windows;
import org.llmsys.transformer.TransformerModel;

/**
 * One step of learning, repeated until the run is over.
 *
 * <pre>
 *   attempt:  loss = crossEntropy(network(x), y);   g = dLoss/dw;   |g| over all weights together;   rate(step)
 *   check:    loss, |g| and rate are finite
 *   commit:   g = g * min(1, clip / |g|);   w = optimizer(w, g, rate)
 * </pre>
 *
 * <p>An attempt owns its tape and its gradients and may be repeated; only the commit touches weights.
 */
final class LearningStep implements AutoCloseable {

    /** What came of a step. */
    record Outcome(double loss, double gradNorm, double learningRate) {
    }

    /** @param gradients in model order; null where the loss does not depend on the weight */
    private record Learned(double loss, double gradNorm, double rate, List<Tensor> gradients) {
    }

    private final TransformerModel model;
    private final OptimizerMemory memory;
    private final TrainingConfig config;
    private final ScheduleSpec schedule;
    private final Windows windows;
    private final WeightUpdate update;
    private final Workspace workspace = new Workspace("train");
    private Pass open;

    LearningStep(TransformerModel model, OptimizerMemory memory, TrainingConfig config, Windows windows) {
        this.model = model;
        this.memory = memory;
        this.config = config;
        this.schedule = new ScheduleSpec(config.learningRate(), config.minLearningRate(), config.warmupSteps(), config.steps());
        this.windows = windows;
        this.update = new WeightUpdate(config.learningRule(), model.weights().all().values());
    }

    /** @param index of the step, from 0 */
    Outcome run(StepRunner<TrainingPlan> runner, long index) {
        try {
            Learned learned = runner.run((plan, step) -> attempt(plan, step, index), LearningStep::faultIn,
                    (plan, step, result) -> commit(plan, step, result, index));
            return new Outcome(learned.loss(), learned.gradNorm(), learned.rate());
        } finally {
            release();
        }
    }

    private Learned attempt(TrainingPlan plan, Step step, long index) {
        release();                                           // what an earlier attempt left
        TensorAllocator allocator = step.get(plan.allocator());
        open = Pass.training(step, step.get(plan.tapes()), allocator, workspace, config.seed(), index);
        Batch batch = step.get(plan.batches()).batch(windows, config.batchSize(), config.seed(), index);
        Variable logits = plan.network().forward(batch.inputs(), config.batchSize(), null, false, open);     // (B,T,V)
        Variable loss = plan.loss().forward(logits, targets(batch.targets()), open);                         // (1)
        List<Tensor> gradients = update.gradients(open.tape().backward(loss));
        return new Learned(loss.value().getDouble(0), WeightUpdate.norm(gradients),
                step.get(plan.schedule()).rate(index, schedule), gradients);
    }

    private static String faultIn(Learned result) {
        if (!Double.isFinite(result.loss())) {
            return "the loss is " + result.loss();
        }
        if (!Double.isFinite(result.gradNorm())) {
            return "the length of the gradient is " + result.gradNorm();
        }
        return Double.isFinite(result.rate()) ? null : "the learning rate is " + result.rate();
    }

    private void commit(TrainingPlan plan, Step step, Learned result, long index) {
        update.apply(step.get(plan.optimizer()), memory, index + 1, result.rate(), result.gradients(), result.gradNorm());
        open.complete();
    }

    /** Ids as the tensor that a loss reads. */
    static Tensor targets(int[] ids) {
        Tensor targets = Tensor.zeros(DType.I32, Shape.of(ids.length));
        for (int i = 0; i < ids.length; i++) {
            targets.storage().setLong(i, ids[i]);
        }
        return targets;
    }

    private void release() {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    /** Gives the run's memory back. */
    @Override
    public void close() {
        release();
        workspace.close();
    }
}
