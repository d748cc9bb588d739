package org.llmsys.normalization;

import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.autograd.GradientCheck;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.normalization.internal.LayerNorm;
import org.llmsys.normalization.internal.RmsNorm;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.internal.HeapAllocator;

/** What the tests of this room compute with. */
final class Workbench {

    private Workbench() {
    }

    static Assemblies references() {
        return Assemblies.of(new EagerTape(), new LayerNorm(), new RmsNorm());
    }

    /** Runs {@code body} in a pass without a tape. */
    static <P> void infer(Blueprint<P> blueprint, BiConsumer<P, Pass> body) {
        try (StepRunner<P> runner = references().runner("test", blueprint, StepListener.NONE)) {
            runner.run((plan, step) -> {
                try (Pass pass = Pass.inference(step, new HeapAllocator(), "test")) {
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
        Tensor value = Tensor.zeros(extents);
        RandomStream random = RandomStream.at(name.hashCode());
        for (int i = 0; i < value.size(); i++) {
            value.storage().setDouble(i, 2 * random.nextDouble() - 1);
        }
        return Variable.parameter(name, value);
    }

    /** Weights by name. */
    static Weights weights(Variable... variables) {
        return new Weights("", Stream.of(variables).collect(Collectors.toMap(Variable::name, Function.identity())));
    }

    record Weights(String prefix, Map<String, Variable> all) implements Parameters {

        @Override
        public Variable get(String name, long... extents) {
            Variable found = find(name, extents);
            if (found == null) {
                throw new IllegalArgumentException("no weight " + prefix + name);
            }
            return found;
        }

        @Override
        public Variable find(String name, long... extents) {
            Variable found = all.get(prefix + name);
            if (found != null && !found.shape().equals(Shape.of(extents))) {
                throw new ShapeException(prefix + name, found.shape(), Shape.of(extents), "the shapes differ");
            }
            return found;
        }

        @Override
        public Parameters scope(String scope) {
            return new Weights(prefix + scope + ".", all);
        }
    }
}
