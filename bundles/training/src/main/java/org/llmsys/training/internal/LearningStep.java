package org.llmsys.training.internal;

import java.util.ArrayList;
import java.util.List;

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
 *   attempt:  loss = crossEntropy(network(x), y);   g = dLoss/dw;   |g| over all weights together;   rate(step)
 *   check:    loss, |g| and rate are finite
 *   commit:   g = g * min(1, clip / |g|);   w = optimizer(w, g, rate)
 * </pre>
 *
 * <p>An attempt owns its tape and its gradients and may be repeated; only the commit touches weights.
 */
final class LearningStep {

    /** What came of a step. */
    record Outcome(double loss, double gradNorm, double learningRate) {
    }

    /** @param gradients in model order; null where the loss does not depend on the weight */
    private record Learned(double loss, double gradNorm, double rate, List<Tensor> gradients) {
    }

    private static final double CLIP_EPS = 1e-6;

    private final TransformerModel model;
    private final OptimizerMemory memory;
    private final TrainingConfig config;
    private final ScheduleSpec schedule;
    private final int[] ids;
    private Pass open;

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
            return new Outcome(learned.loss(), learned.gradNorm(), learned.rate());
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
        List<Tensor> gradients = onHeap(open.tape().backward(loss));
        return new Learned(loss.value().getDouble(0), norm(gradients),
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
        Optimizer optimizer = step.get(plan.optimizer());
        boolean clips = config.gradientClip() > 0 && result.gradNorm() > config.gradientClip();
        float factor = clips ? (float) (config.gradientClip() / (result.gradNorm() + CLIP_EPS)) : 1;
        int next = 0;
        for (Variable weight : model.weights().all().values()) {
            Tensor gradient = result.gradients().get(next++);
            if (gradient == null) {
                continue;
            }
            if (clips) {
                scale(gradient, factor);
            }
            double decay = weight.shape().rank() >= 2 ? config.weightDecay() : 0;
            optimizer.update(weight.value(), gradient, memory.of(weight.name()),
                    new Optimizer.Rule(index + 1, result.rate(), config.beta1(), config.beta2(), config.adamEps(), decay));
        }
    }

    /** The Euclidean length of all gradients as one long vector, summed in double, in model order. */
    private static double norm(List<Tensor> gradients) {
        double sum = 0;
        for (Tensor gradient : gradients) {
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

    private List<Tensor> onHeap(Gradients gradients) {
        List<Tensor> list = new ArrayList<>();
        for (Variable weight : model.weights().all().values()) {
            Tensor gradient = gradients.of(weight);
            list.add(gradient == null ? null : gradient.onHeap());
        }
        return list;
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
