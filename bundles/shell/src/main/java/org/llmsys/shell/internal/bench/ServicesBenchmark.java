package org.llmsys.shell.internal.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepView;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Workspace;
import org.llmsys.layers.LossLayer;
import org.llmsys.shell.Console;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.training.Presets;
import org.llmsys.training.TrainingConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;

/**
 * What it costs that every algorithm is a service: how often a training step of {@code char-small} (forward and back, without the optimizer)
 * asks for one, what one question and one lease cost, and which share of the step that is.
 *
 * <pre>
 *   share = (questions * time of one + time of a lease) / time of the step
 * </pre>
 */
record ServicesBenchmark(Assemblies assemblies, WorkerPool pool) {

    private static final int VOCABULARY = 65;
    private static final int STEPS = 30;
    private static final int WARM_UP = 15;
    private static final int QUESTIONS = 20_000_000;
    private static final int LEASES = 2_000_000;

    private record Plan(TransformerNetwork network, LossLayer loss, Need<TensorAllocator> allocator, Need<TapeFactory> tapes) {
    }

    List<Row> run(Console console) {
        TrainingConfig config = Presets.named(Presets.CHAR_SMALL).withVocabSize(VOCABULARY);
        TransformerModel model = new TransformerModel(config.model(), ModelWeights.initialize(config.model(), 1));
        Blueprint<Plan> blueprint = needs -> new Plan(model.network(needs), new LossLayer("cross-entropy", needs),
                needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM), needs.add(TapeFactory.class, TapeFactory.ALGORITHM));
        int[] ids = new int[config.batchSize() * config.model().contextLength()];
        Arrays.setAll(ids, i -> i * 31 % VOCABULARY);
        Job job = console.job("bench services", "steps", WARM_UP + STEPS);
        try (Workspace workspace = new Workspace("bench");
                StepRunner<Plan> runner = assemblies.runner("bench", blueprint, StepListener.NONE)) {
            long[] questions = new long[1];
            double[] seconds = new double[STEPS];
            for (int i = 0; i < WARM_UP + STEPS; i++) {
                long start = System.nanoTime();
                runner.run((plan, step) -> learn(plan, step, workspace, ids, config.batchSize()));
                if (i >= WARM_UP) {
                    seconds[i - WARM_UP] = (System.nanoTime() - start) / 1e9;
                }
                job.advance(i + 1);
            }
            runner.run((plan, step) -> learn(plan, new CountingStep(step, questions), workspace, ids, config.batchSize()));
            double question = runner.run((plan, step) -> ask(plan, step));
            double lease = lease(runner);
            double step = Turns.median(seconds);
            double share = (questions[0] * question + lease) / step;
            List<Row> rows = new ArrayList<>();
            rows.add(row("questions a step", questions[0], "calls"));
            rows.add(row("one question", question * 1e9, "ns"));
            rows.add(row("one lease", lease * 1e9, "ns"));
            rows.add(row("the step", step * 1e3, "ms"));
            rows.add(row("share of the step", share * 100, "%"));
            return rows;
        }
    }

    private Row row(String what, double value, String unit) {
        return Row.alone("all", "char-small", what, pool.threads(), value, unit);
    }

    private static float learn(Plan plan, Step step, Workspace workspace, int[] ids, int batch) {
        try (Pass pass = Pass.training(step, step.get(plan.tapes()), step.get(plan.allocator()), workspace, 1, 1)) {
            Variable logits = plan.network().forward(ids, batch, null, false, pass);                  // (B,T,V)
            Variable loss = plan.loss().forward(logits, Tensor.ofInts(Shape.of(batch, ids.length / batch), ids), pass);
            pass.tape().backward(loss);
            float value = loss.value().get(0);
            pass.complete();
            return value;
        }
    }

    private static double ask(Plan plan, Step step) {
        double best = Double.POSITIVE_INFINITY;
        for (int round = 0; round < 5; round++) {
            long start = System.nanoTime();
            int found = 0;
            for (int i = 0; i < QUESTIONS; i++) {
                found += step.get(plan.allocator()) == null ? 0 : 1;   // used, so that it is not compiled away
            }
            double one = (System.nanoTime() - start) / 1e9 / Math.max(1, found);
            best = Math.min(best, one);
        }
        return best;
    }

    private static double lease(StepRunner<Plan> runner) {
        double best = Double.POSITIVE_INFINITY;
        for (int round = 0; round < 5; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < LEASES; i++) {
                runner.run((plan, step) -> plan);
            }
            best = Math.min(best, (System.nanoTime() - start) / 1e9 / LEASES);
        }
        return best;
    }

    /** Counts the questions. */
    private record CountingStep(Step step, long[] count) implements StepView {

        @Override
        public <T> T get(Need<T> need) {
            count[0]++;
            return step.get(need);
        }
    }
}
