package org.llmsys.testkit.internal;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Tensor;

/**
 * A network of sums, products, multiples and squares, put together by chance, on a tape; and its gradients computed here, without a tape.
 *
 * <p>They hand their shares over in all ways there are: whole, added element by element, written to a target, twice to a target. Inputs are
 * drawn with preference for late results, so that many a gradient is shared, waits, and is added to later.
 */
final class RandomGraph {

    private static final int SIZE = 3;
    private static final int OPERATIONS = 20;

    private enum Kind { SUM, PRODUCT, MULTIPLE, SQUARE, TOTAL }

    private record Operation(Kind kind, Variable output, Variable a, Variable b, float factor) {
    }

    private final GradientTape tape;
    private final List<Variable> weights = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();

    RandomGraph(long seed, GradientTape tape) {
        this.tape = tape;
        RandomStream random = RandomStream.at(seed, 3);
        List<Variable> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Tensor value = Tensor.zeros(SIZE);
            for (int n = 0; n < SIZE; n++) {
                value.set(random.nextGaussian(), n);
            }
            weights.add(Variable.parameter("w" + i, value));
        }
        all.addAll(weights);
        all.add(Variable.constant("c", Tensor.zeros(SIZE)));
        for (int i = 0; i < OPERATIONS; i++) {
            Variable a = draw(all, random);
            Variable b = draw(all, random);
            all.add(add(Kind.values()[(int) random.nextLong(4)], a, b, (float) random.nextGaussian()).output());
        }
        Variable last = all.get(all.size() - 1);
        add(Kind.TOTAL, last.differentiable() ? last : weights.get(0), null, 0);
    }

    private static Variable draw(List<Variable> all, RandomStream random) {
        int latest = all.size() - 1 - (int) random.nextLong(Math.min(4, all.size()));
        return random.nextLong(3) == 0 ? all.get((int) random.nextLong(all.size())) : all.get(latest);
    }

    List<Variable> weights() {
        return weights;
    }

    Gradients backward() {
        return tape.backward(operations.getLast().output());
    }

    private Operation add(Kind kind, Variable a, Variable b, float factor) {
        Variable y = switch (kind) {
            case SUM -> TapeContract.sum(a, b, tape);
            case PRODUCT -> TapeContract.multiplied(a, b, tape);
            case MULTIPLE -> multiple(a, factor);
            case SQUARE -> square(a);
            case TOTAL -> total(a);
        };
        operations.add(new Operation(kind, y, a, b, factor));
        return operations.getLast();
    }

    /** y = factor * x; written to the target. */
    private Variable multiple(Variable x, float factor) {
        ElementwiseKernel kernel = ElementwiseKernel.scalar();
        Tensor y = Tensor.zeros(SIZE);
        kernel.scale(x.value(), factor, y);
        return tape.record("multiple", y, (gradY, gradients) -> {
            if (gradients.wanted(x)) {
                Gradients.Target target = gradients.target(x);
                if (target.accumulate()) {
                    kernel.addScaled(gradY, factor, target.tensor());
                } else {
                    kernel.scale(gradY, factor, target.tensor());
                }
            }
        }, x);
    }

    /** y = x * x; the two shares are written to the target one after the other, so the second meets the first. */
    private Variable square(Variable x) {
        ElementwiseKernel kernel = ElementwiseKernel.scalar();
        Tensor y = Tensor.zeros(SIZE);
        kernel.multiply(x.value(), x.value(), y);
        return tape.record("square", y, (gradY, gradients) -> {
            for (int operand = 0; operand < 2 && gradients.wanted(x); operand++) {
                Tensor share = Tensor.zeros(SIZE);
                kernel.multiply(gradY, x.value(), share);
                Gradients.Target target = gradients.target(x);
                if (target.accumulate()) {
                    kernel.addScaled(share, 1, target.tensor());
                } else {
                    target.tensor().copyFrom(share);
                }
            }
        }, x);
    }

    private Variable total(Variable x) {
        return tape.record("total", x.value().sum(true, 0), (gradY, gradients) -> {
            Tensor into = gradients.into(x);
            for (int i = 0; i < SIZE; i++) {
                into.set(into.get(i) + gradY.get(0), i);
            }
        }, x);
    }

    /** The gradients of the weights, null where the total does not depend on one: each operation's shares, from the last to the first. */
    float[][] expected() {
        Map<Variable, float[]> gradients = new IdentityHashMap<>();
        for (Operation operation : operations.reversed()) {
            float[] g = operation.kind() == Kind.TOTAL ? new float[] {1, 1, 1} : gradients.get(operation.output());
            if (g == null) {
                continue;
            }
            for (int i = 0; i < SIZE; i++) {
                switch (operation.kind()) {
                    case TOTAL -> add(gradients, operation.a(), i, g[i], 1);
                    case MULTIPLE -> add(gradients, operation.a(), i, g[i], operation.factor());
                    case SQUARE -> {
                        add(gradients, operation.a(), i, g[i] * operation.a().value().get(i), 1);
                        add(gradients, operation.a(), i, g[i] * operation.a().value().get(i), 1);
                    }
                    case SUM -> {
                        add(gradients, operation.a(), i, g[i], 1);
                        add(gradients, operation.b(), i, g[i], 1);
                    }
                    case PRODUCT -> {
                        add(gradients, operation.a(), i, g[i] * operation.b().value().get(i), 1);
                        add(gradients, operation.b(), i, g[i] * operation.a().value().get(i), 1);
                    }
                }
            }
        }
        return weights.stream().map(gradients::get).toArray(float[][]::new);
    }

    private static void add(Map<Variable, float[]> gradients, Variable x, int i, float g, float factor) {
        if (x.differentiable()) {
            float[] gradient = gradients.computeIfAbsent(x, v -> new float[SIZE]);
            gradient[i] = Math.fma(factor, g, gradient[i]);
        }
    }
}
