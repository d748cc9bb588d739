package org.llmsys.autograd;

import java.util.function.BiConsumer;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/**
 * Builds a small network, runs it and takes it back, all in one call: for tests, examples and trying a layer out. What a pass computed
 * is gone after it, so look at it inside, or copy it.
 *
 * <p>Errors: what a provider or the code inside throws comes out as the {@link StepRunner} says. It repeats a step after a fault, and the
 * code inside with it; where several providers serve one algorithm, a sound one then stands in for a faulty one.
 *
 * <pre>{@code
 * Trial trial = new Trial(ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies());
 * Variable a = Trial.random("a", 2, 3);
 * Variable b = Trial.random("b", 3, 4);
 * trial.infer(MatrixProduct::new, (product, pass) -> System.out.println(product.forward(a, b, false, pass).value()));
 * trial.gradientCheck("matmul", MatrixProduct::new, (product, pass) -> product.forward(a, b, false, pass), a, b);
 * }</pre>
 *
 * @param assemblies what serves the network; a training pass also needs slot {@code tape}
 */
public record Trial(Assemblies assemblies) {

    private static final String OWNER = "trial";
    private static final long SEED = 1;

    /** Runs {@code body} in one pass without gradients. */
    public <P> void infer(Blueprint<P> blueprint, BiConsumer<P, Pass> body) {
        try (StepRunner<P> runner = assemblies.runner(OWNER, blueprint, StepListener.NONE)) {
            runner.run((network, step) -> {
                try (Pass pass = Pass.inference(step, TensorAllocator.heap(), Workspace.poisoned(OWNER, DType.F32))) {
                    body.accept(network, pass);
                }
                return true;
            });
        }
    }

    /** Runs {@code body} in one pass that a tape follows: training step 0 of seed 1. */
    public <P> void train(Blueprint<P> blueprint, BiConsumer<P, Pass> body) {
        train(1, blueprint, body);
    }

    /** Runs {@code body} in as many passes that a tape follows, one after the other: training steps 0, 1, … of seed 1. */
    public <P> void train(int steps, Blueprint<P> blueprint, BiConsumer<P, Pass> body) {
        record Learner<P>(P network, Need<TapeFactory> tapes) {
        }
        try (StepRunner<Learner<P>> runner = assemblies.runner(OWNER,
                needs -> new Learner<>(blueprint.build(needs), needs.add(TapeFactory.class, TapeFactory.ALGORITHM)), StepListener.NONE)) {
            for (int i = 0; i < steps; i++) {
                long place = i;
                runner.run((learner, step) -> {
                    try (Pass pass = Pass.training(step, step.get(learner.tapes()), TensorAllocator.heap(), Workspace.poisoned(OWNER, DType.F32), SEED, place)) {
                        body.accept(learner.network(), pass);
                    }
                    return true;
                });
            }
        }
    }

    /**
     * Holds the backward rules of a network against finite differences: in double when the first input is F64, as
     * {@link GradientCheck#DOUBLE} does, else as {@link GradientCheck#FLOAT}.
     *
     * @param forward computes the output, of any shape
     * @param inputs  the variables whose gradients are checked
     * @throws org.llmsys.assembly.Problem that names the first element where they differ
     */
    public <P> void gradientCheck(String operation, Blueprint<P> blueprint, BiFunction<P, Pass, Variable> forward, Variable... inputs) {
        boolean inDouble = inputs.length > 0 && inputs[0].value().dtype() == DType.F64;
        (inDouble ? GradientCheck.DOUBLE : GradientCheck.FLOAT).layer(operation, assemblies, blueprint, forward, inputs).requireGood();
    }

    /** A variable of numbers from -1 to below 1, evenly spread: always the same ones for the same name and size. */
    public static Variable random(String name, long... extents) {
        return random(DType.F32, name, extents);
    }

    /** As {@link #random(String, long...)}; in F64 for gradient checks. */
    public static Variable random(DType dtype, String name, long... extents) {
        Tensor value = Tensor.zeros(dtype, Shape.of(extents));
        RandomStream random = RandomStream.at(name.hashCode());
        for (long i = 0; i < value.size(); i++) {
            value.storage().setDouble(i, 2 * random.nextDouble() - 1);
        }
        return Variable.parameter(name, value);
    }
}
