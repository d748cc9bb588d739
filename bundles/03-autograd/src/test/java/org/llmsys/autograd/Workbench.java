package org.llmsys.autograd;

import java.util.function.BiConsumer;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.internal.HeapAllocator;
import org.llmsys.tensor.internal.ScalarElementwise;

/** What the tests of this room compute with. */
final class Workbench {

    private Workbench() {
    }

    static Assemblies references() {
        return Assemblies.of(new EagerTape(), new NaiveMatmul(), new ScalarElementwise());
    }

    /** Runs {@code body} in one recorded pass. */
    static <P> void pass(Blueprint<P> blueprint, BiConsumer<P, Pass> body) {
        try (StepRunner<P> runner = references().runner("test", blueprint, StepListener.NONE)) {
            runner.run((plan, step) -> {
                try (Pass pass = Pass.training(step, new EagerTape(), new HeapAllocator(), "test", 1, 1)) {
                    body.accept(plan, pass);
                }
                return true;
            });
        }
    }

    static <P> void gradientCheck(String operation, Blueprint<P> blueprint, BiFunction<P, Pass, Variable> forward, Variable... inputs) {
        GradientCheck.FLOAT.layer(operation, references(), blueprint, forward, inputs).requireGood();
    }

    /** Numbers from -1 to 1. */
    static Variable random(String name, long... extents) {
        Shape shape = Shape.of(extents);
        RandomStream random = RandomStream.at(name.hashCode());
        float[] elements = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) (2 * random.nextDouble() - 1);
        }
        return Variable.parameter(name, Tensor.of(shape, elements));
    }
}
