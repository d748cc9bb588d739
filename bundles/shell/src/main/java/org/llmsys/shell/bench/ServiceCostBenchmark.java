package org.llmsys.shell.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.LossLayer;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Console;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.training.Presets;
import org.llmsys.training.TrainingConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * What it costs that every algorithm is a service, against a training step (forward and backward) of preset {@code char-small}.
 *
 * <pre>
 *   share = (calls a step * ns a call + ns of the lease) / ns of the step
 * </pre>
 *
 * <p>A call is {@code step.get(need)} and the call through the interface it gives.
 */
@Component(property = Benchmark.NAME + "=services")
public final class ServiceCostBenchmark implements Benchmark {

    private static final int STEPS = 30;
    private static final int VOCABULARY = 65;
    private static final int CALLS = 20_000_000;

    private record Plan(TransformerNetwork network, LossLayer loss, Need<TapeFactory> tapes, Need<TensorAllocator> allocator,
            Need<ElementwiseKernel> elementwise) {
    }

    private final Assemblies assemblies;

    @Activate
    public ServiceCostBenchmark(@Reference Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    @Override
    public List<Row> run(Arguments arguments, Console console) {
        TrainingConfig config = Presets.named(Presets.CHAR_SMALL).withVocabSize(VOCABULARY);
        TransformerModel model = new TransformerModel(config.model(), ModelWeights.initialize(config.model(), 1));
        try (StepRunner<Plan> runner = assemblies.runner("bench", needs -> plan(model, needs), StepListener.NONE)) {
            double stepNanos = stepNanos(runner, config);
            long calls = runner.run((plan, step) -> {
                CountingStep counting = new CountingStep(step);
                learn(plan, counting, config);
                return counting.calls();
            });
            double callNanos = runner.run((plan, step) -> callNanos(step, plan.elementwise()));
            double leaseNanos = leaseNanos(runner);
            double share = 100 * (calls * callNanos + leaseNanos) / stepNanos;
            console.err().printf(Locale.ROOT, "%d calls * %.1f ns + lease %.0f ns = %.1f µs of a step of %.1f ms: %.4f %%%n", calls, callNanos, leaseNanos,
                    (calls * callNanos + leaseNanos) / 1e3, stepNanos / 1e6, share);
            List<Row> rows = new ArrayList<>();
            rows.add(row("calls a step", calls, "calls"));
            rows.add(row("a call", callNanos, "ns"));
            rows.add(row("lease, check and close", leaseNanos, "ns"));
            rows.add(row("training step, forward and backward", stepNanos / 1e6, "ms"));
            rows.add(row("share of the step", share, "%"));
            return rows;
        }
    }

    private static Row row(String workload, double value, String unit) {
        return Row.alone("assembly", "services", "char-small: " + workload, Runtime.getRuntime().availableProcessors(), value, unit);
    }

    private static Plan plan(TransformerModel model, Needs needs) {
        return new Plan(model.network(needs), new LossLayer("cross-entropy", needs), needs.add(TapeFactory.class, TapeFactory.ALGORITHM),
                needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM), needs.add(ElementwiseKernel.class, ElementwiseKernel.ALGORITHM));
    }

    private static double learn(Plan plan, Step step, TrainingConfig config) {
        int tokens = config.batchSize() * config.model().contextLength();
        int[] ids = new int[tokens];
        Tensor targets = Tensor.zeros(DType.I32, Shape.of(tokens));
        for (int i = 0; i < tokens; i++) {
            ids[i] = i % VOCABULARY;
            targets.set((i + 1) % VOCABULARY, i);
        }
        try (Pass pass = Pass.training(step, step.get(plan.tapes()), step.get(plan.allocator()), "bench", 1, 1)) {
            Variable loss = plan.loss().forward(plan.network().forward(ids, config.batchSize(), null, false, pass), targets, pass);
            pass.tape().backward(loss);
            return loss.value().getDouble(0);
        }
    }

    private static double stepNanos(StepRunner<Plan> runner, TrainingConfig config) {
        double[] nanos = new double[STEPS];
        for (int i = -STEPS; i < STEPS; i++) {               // the first half warms up
            long start = System.nanoTime();
            runner.run((plan, step) -> learn(plan, step, config));
            nanos[Math.max(0, i)] = System.nanoTime() - start;
        }
        return Median.of(nanos);
    }

    /** Through the interface, on an empty tensor: the work is nothing, what is left is the way there. */
    private static double callNanos(Step step, Need<ElementwiseKernel> need) {
        Tensor empty = Tensor.zeros(0);
        double[] nanos = new double[5];
        for (int round = 0; round < nanos.length; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < CALLS / 10; i++) {
                step.get(need).scale(empty, 1, empty);
            }
            nanos[round] = (System.nanoTime() - start) / (CALLS / 10.0);
        }
        return Median.of(nanos);
    }

    private static double leaseNanos(StepRunner<Plan> runner) {
        double[] nanos = new double[5];
        for (int round = 0; round < nanos.length; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < CALLS / 100; i++) {
                runner.run((plan, step) -> step);
            }
            nanos[round] = (System.nanoTime() - start) / (CALLS / 100.0);
        }
        return Median.of(nanos);
    }

    /** Counts what a step is asked for. */
    private static final class CountingStep implements Step {
        private final Step step;
        private long calls;

        private CountingStep(Step step) {
            this.step = step;
        }

        long calls() {
            return calls;
        }

        @Override
        public <T> T get(Need<T> need) {
            calls++;
            return step.get(need);
        }

        @Override
        public String nameOf(Need<?> need) {
            return step.nameOf(need);
        }

        @Override
        public boolean watched() {
            return step.watched();
        }

        @Override
        public RuntimeException blame(Class<?> type, String algorithm, String reason) {
            return step.blame(type, algorithm, reason);
        }

        @Override
        public void close() {
            step.close();
        }
    }
}
