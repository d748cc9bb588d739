package org.llmsys.training;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Workspace;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/**
 * Trains any network: you say what it is and what its loss is, this walks back and moves the weights.
 *
 * <pre>
 *   attempt:  L = loss(network, pass);   g = dL/dw for every weight that learns;   |g| over all of them together
 *   check:    L and |g| are finite
 *   commit:   g = g * min(1, clip / |g|);   w = optimizer(w, g, rate)
 * </pre>
 *
 * <p>A step is leased and retryable: a provider can be exchanged between any two of them, and one that fails is replaced and the step
 * repeated. Only the commit touches weights. Weights that are constants ({@link org.llmsys.autograd.NamedWeights#frozen}) never move.
 * What a pass computes lives until the end of the step, in memory that is kept for the next; copy out what shall last.
 *
 * <p>Errors: a {@link Problem} when nothing can learn, when there is no such optimizer, or when the loss becomes NaN or infinite through
 * no provider's fault. After a {@link org.llmsys.assembly.CommitFault} weights may have been changed by half.
 *
 * <pre>{@code
 * try (NetworkTrainer<Linear> trainer = new NetworkTrainer<>(assemblies, "fit", weights.all().values(),
 *         needs -> new Linear("fc", 3, 1, weights.scope("fc"), needs), LearningRule.of("sgd"), 1, StepListener.NONE)) {
 *     for (int i = 0; i < 100; i++) {
 *         double loss = trainer.step(0.1, (linear, pass) -> squaredError(linear.forward(x, pass), y, pass));
 *     }
 *     float answer = trainer.infer((linear, pass) -> linear.forward(x, pass).value().get(0, 0));
 * }
 * }</pre>
 *
 * <p>For one thread.
 *
 * @param <N> the network
 */
public final class NetworkTrainer<N> implements AutoCloseable {

    private record Plan<N>(N network, Need<TapeFactory> tapes, Need<TensorAllocator> allocator, Need<Optimizer> optimizer) {
    }

    private record Learned(double loss, double gradNorm, List<Tensor> gradients) {
    }

    private final List<Variable> learning;
    private final WeightUpdate update;
    private final long seed;
    private final StepRunner<Plan<N>> runner;
    private final Workspace trainingMemory;
    private final Workspace inferenceMemory;
    private OptimizerMemory memory;
    private Pass open;
    private long steps;

    /**
     * @param owner   who trains, for messages
     * @param weights all of the network, names all different; those that are constants stay as they are
     * @param network builds the network over these very weights
     * @param seed    of dropout and whatever else is random in the network
     */
    public NetworkTrainer(Assemblies assemblies, String owner, Collection<Variable> weights, Blueprint<N> network, LearningRule rule, long seed,
            StepListener listener) {
        this.learning = weights.stream().filter(Variable::differentiable).toList();
        requireSound(owner, learning);
        requireOptimizer(assemblies, rule.optimizer());
        this.update = new WeightUpdate(rule, learning);
        this.seed = seed;
        this.trainingMemory = new Workspace(owner);
        this.inferenceMemory = new Workspace(owner);
        this.runner = assemblies.runner(owner, needs -> plan(network, rule, needs), listener);
    }

    private static <N> Plan<N> plan(Blueprint<N> network, LearningRule rule, Needs needs) {
        return new Plan<>(network.build(needs), needs.add(TapeFactory.class, TapeFactory.ALGORITHM),
                needs.add(TensorAllocator.class, TensorAllocator.ALGORITHM), needs.add(Optimizer.class, rule.optimizer()));
    }

    /**
     * One step of learning.
     *
     * @param rate the learning rate
     * @param loss computes the loss, a single number, from the network; may run more than once
     * @return the loss before the weights moved
     */
    public double step(double rate, BiFunction<N, Pass, Variable> loss) {
        if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
            throw Problem.misused("the learning rate cannot be " + rate, "it is the length of a step", "give 0 or a number above it");
        }
        try {
            return runner.run((plan, step) -> attempt(plan, step, loss), NetworkTrainer::faultIn,
                    (plan, step, learned) -> commit(step.get(plan.optimizer()), rate, learned)).loss();
        } finally {
            release();
        }
    }

    /** Runs the network without gradients. @param body may run more than once; what it returns must not lie in the pass's memory */
    public <R> R infer(BiFunction<N, Pass, R> body) {
        return runner.run((plan, step) -> {
            try (Pass pass = Pass.inference(step, step.get(plan.allocator()), inferenceMemory)) {
                R result = body.apply(plan.network(), pass);
                pass.complete();
                return result;
            }
        });
    }

    /** Steps done. */
    public long steps() {
        return steps;
    }

    private Learned attempt(Plan<N> plan, Step step, BiFunction<N, Pass, Variable> loss) {
        release();                                           // what an earlier attempt left
        open = Pass.training(step, step.get(plan.tapes()), step.get(plan.allocator()), trainingMemory, seed, steps);
        Variable value = loss.apply(plan.network(), open);   // (1)
        List<Tensor> gradients = update.gradients(open.tape().backward(value));
        return new Learned(value.value().elements().get(0), WeightUpdate.norm(gradients), gradients);
    }

    private static String faultIn(Learned learned) {
        if (!Double.isFinite(learned.loss())) {
            return "the loss is " + learned.loss();
        }
        return Double.isFinite(learned.gradNorm()) ? null : "the length of the gradient is " + learned.gradNorm();
    }

    private void commit(Optimizer optimizer, double rate, Learned learned) {
        if (memory == null) {
            memory = OptimizerMemory.zeros(optimizer.memory(), learning);
        }
        update.apply(optimizer, memory, steps + 1, rate, learned.gradients(), learned.gradNorm());
        steps++;
        open.complete();
    }

    private void release() {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    private static void requireSound(String owner, List<Variable> learning) {
        if (learning.isEmpty()) {
            throw Problem.misused(owner + " has nothing to learn", "every weight is a constant", "freeze fewer weights");
        }
        Set<String> names = new TreeSet<>();
        for (Variable weight : learning) {
            if (!names.add(weight.name())) {
                throw Problem.misused("two weights are called " + weight.name(), "what the optimizer remembers is kept by name", "give each a name of its own");
            }
            if (weight.value().dtype() != DType.F32) {
                throw Problem.misused(weight.name() + " cannot learn as " + weight.value().dtype(), "training computes in F32", "convert it with to(DType.F32)");
            }
        }
    }

    private static void requireOptimizer(Assemblies assemblies, String algorithm) {
        Set<String> known = new TreeSet<>();
        assemblies.current().candidates("optimizer").forEach(candidate -> known.add(candidate.algorithm()));
        if (!known.contains(algorithm)) {
            throw Problem.misused("there is no optimizer " + algorithm, "the workbench has " + known, Names.suggestion(algorithm, known));
        }
    }

    @Override
    public void close() {
        runner.close();
        trainingMemory.close();
        inferenceMemory.close();
    }
}
