package org.llmsys.training.internal;

import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.training.BatchSource.Batch;
import org.llmsys.training.LearningRateSchedule.ScheduleSpec;
import org.llmsys.training.Optimizer;
import org.llmsys.training.TrainingConfig;
import org.llmsys.transformer.TransformerModel;

/**
 * One step of learning, repeated until the run is over.
 *
 * <pre>
 *   attempt:  loss = crossEntropy(network(x), y);   g = dLoss/dw;   |g| over all weights together
 *   check:    loss and |g| are finite
 *   commit:   g = g * min(1, clip / |g|);   w = optimizer(w, g, rate(step))
 * </pre>
 *
 * <p>An attempt owns its tape and its gradients and may be repeated; only the commit touches weights.
 */
final class LearningStep {

    /** What came of a step. */
    record Outcome(double loss, double gradNorm, double learningRate) {
    }

    private record Learned(double loss, double gradNorm, Gradients gradients) {
    }

    private static final double CLIP_EPS = 1e-6;

    private final TransformerModel model;
    private final OptimizerMemory memory;
    private final TrainingConfig config;
    private final ScheduleSpec schedule;
    private final int[] ids;
    private Pass open;
    private double rate;

    LearningStep(TransformerModel model, OptimizerMemory memory, TrainingConfig config, int[] ids) {
        this.model = model;
        this.memory = memory;
        this.config = config;
        this.schedule = new ScheduleSpec(config.learningRate(), config.minLearningRate(), config.warmupSteps(), config.steps());
        this.ids = ids;
    }

    /** @param index of the step, from 0 */
    Outcome run(StepRunner<TrainingPlan> runner, long index) {
        try {
            Learned learned = runner.run((plan, step) -> attempt(plan, step, index), LearningStep::faultIn,
                    (plan, step, result) -> commit(plan, step, result, index));
            return new Outcome(learned.loss(), learned.gradNorm(), rate);
        } finally {
            release();
        }
    }

    private Learned attempt(TrainingPlan plan, Step step, long index) {
        release();                                           // what an earlier attempt left
        TensorAllocator allocator = step.get(plan.allocator());
        open = Pass.training(step, step.get(plan.tapes()), allocator, "train", config.seed(), index);
        Batch batch = step.get(plan.batches()).batch(ids, config.batchSize(), model.config().contextLength(), config.seed(), index);
        Variable logits = plan.network().forward(batch.inputs(), config.batchSize(), null, false, open);     // (B,T,V)
        Variable loss = plan.loss().forward(logits, targets(batch.targets()), open);                         // (1)
        Gradients gradients = open.tape().backward(loss);
        return new Learned(loss.value().getDouble(0), norm(gradients), gradients);
    }

    private static String faultIn(Learned result) {
        if (!Double.isFinite(result.loss())) {
            return "the loss is " + result.loss();
        }
        return Double.isFinite(result.gradNorm()) ? null : "the length of the gradient is " + result.gradNorm();
    }

    private void commit(TrainingPlan plan, Step step, Learned result, long index) {
        rate = step.get(plan.schedule()).rate(index, schedule);
        Optimizer optimizer = step.get(plan.optimizer());
        boolean clips = config.gradientClip() > 0 && result.gradNorm() > config.gradientClip();
        float factor = clips ? (float) (config.gradientClip() / (result.gradNorm() + CLIP_EPS)) : 1;
        for (Variable weight : model.weights().all().values()) {
            Tensor gradient = result.gradients().of(weight);
            if (gradient == null) {
                continue;                                    // the loss does not depend on it
            }
            if (clips) {
                scale(gradient, factor);
            }
            double decay = weight.shape().rank() >= 2 ? config.weightDecay() : 0;
            optimizer.update(weight.value(), gradient, memory.of(weight.name()),
                    new Optimizer.Rule(index + 1, rate, config.beta1(), config.beta2(), config.adamEps(), decay));
        }
    }

    /** The Euclidean length of all gradients as one long vector, summed in double, in model order. */
    private double norm(Gradients gradients) {
        double sum = 0;
        for (Variable weight : model.weights().all().values()) {
            Tensor gradient = gradients.of(weight);
            if (gradient != null) {
                float[] g = gradient.floats();
                int from = gradient.floatOffset();
                for (int i = from; i < from + gradient.size(); i++) {
                    sum += (double) g[i] * g[i];
                }
            }
        }
        return Math.sqrt(sum);
    }

    private static void scale(Tensor gradient, float factor) {
        float[] g = gradient.floats();
        int from = gradient.floatOffset();
        for (int i = from; i < from + gradient.size(); i++) {
            g[i] *= factor;
        }
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
}
