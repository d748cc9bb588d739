package org.llmsys.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

/**
 * Holds a backward rule against the definition of the derivative: moves each input a little both ways and looks at the loss.
 *
 * <pre>
 *   numeric = (L(x + h) - L(x - h)) / 2h                                          central difference, error of order h²
 *   numeric = (8 (L(x + h) - L(x - h)) - (L(x + 2h) - L(x - 2h))) / 12h           with five points, error of order h⁴
 *   good when |analytic - numeric| &lt;= absolute + relative * |numeric|
 *   h = step * max(1, |x|)
 * </pre>
 *
 * <p>{@link #DOUBLE} has PyTorch's defaults and is for what computes in double. Kernels compute in F32, where differences as small as 1e-6
 * drown in rounding (2^-24 of the value): {@link #FLOAT} takes a large step, and five points so that the large step costs no
 * accuracy, and adds the loss up in double. The loss is a sum of the outputs with fixed random weights: with equal weights, errors
 * that cancel (in a softmax for example, whose outputs always add up to 1) would not be seen.
 *
 * <p>Choose inputs away from kinks: at x = 0 ReLU has no derivative that both sides agree on.
 *
 * <pre>{@code
 * GradientCheck.FLOAT.layer("linear", assemblies, needs -> new Linear("fc", 3, 2, parameters, needs),
 *         (linear, pass) -> linear.forward(x, pass), x, weight).requireGood();
 * }</pre>
 *
 * @param step       h for numbers around 1
 * @param fivePoints whether to take five points instead of two
 * @param absolute   difference allowed at 0
 * @param relative   difference allowed besides, as a part of the numeric value
 */
public record GradientCheck(double step, boolean fivePoints, double absolute, double relative) {

    /** For functions in double: step 1e-6, absolute 1e-5, relative 1e-3, as {@code torch.autograd.gradcheck} has them. */
    public static final GradientCheck DOUBLE = new GradientCheck(1e-6, false, 1e-5, 1e-3);

    /** For F32 kernels: five points 2^-7 apart (exact in F32), absolute 1e-3, relative 2e-3. */
    public static final GradientCheck FLOAT = new GradientCheck(0x1p-7, true, 1e-3, 2e-3);

    /** One element where the two ways to take the derivative differ. */
    public record Mismatch(String operation, String input, long index, double analytic, double numeric) {

        @Override
        public String toString() {
            return operation + ": dLoss/d" + input + "[" + index + "] is " + analytic + " by the backward rule, " + numeric
                    + " by finite differences";
        }
    }

    /** What was found. {@code checked} counts elements. */
    public record Report(String operation, long checked, List<Mismatch> mismatches) {

        public boolean good() {
            return mismatches.isEmpty();
        }

        /** @throws Problem that names the operation, the input, the element and both values of the first mismatch */
        public void requireGood() {
            if (!good()) {
                throw Problem.failed("the backward rule of " + operation + " is wrong at " + mismatches.size() + " of " + checked + " elements",
                        "for example " + mismatches.get(0), "derive the rule again, or choose inputs away from kinks");
            }
        }
    }

    /**
     * Checks a gradient that was computed by hand.
     *
     * @param f        the function, from a point to one number
     * @param at       the point; moved and put back
     * @param analytic the gradient at that point, as long as the point
     */
    public Report function(String operation, ToDoubleFunction<double[]> f, double[] at, double[] analytic) {
        List<Mismatch> mismatches = new ArrayList<>();
        for (int i = 0; i < at.length; i++) {
            int element = i;
            double x = at[i];
            double numeric = difference(x, moved -> {
                at[element] = moved;
                return f.applyAsDouble(at);
            });
            at[i] = x;
            compare(operation, "x", i, analytic[i], numeric, mismatches);
        }
        return new Report(operation, at.length, mismatches);
    }

    /**
     * Checks what an operation leaves on the tape. It also runs the way back twice and requires the same bits.
     *
     * @param step    whose providers compute
     * @param tapes   whose tape walks back
     * @param forward computes the output (any shape) from the inputs, each time anew; random draws repeat, because the pass has the same place
     * @param inputs  differentiable, contiguous; their elements are moved and put back
     */
    public Report operation(String operation, Step step, TapeFactory tapes, Function<Pass, Variable> forward, Variable... inputs) {
        List<Mismatch> mismatches = new ArrayList<>();
        double[][] analytic = analytic(step, tapes, forward, inputs);
        double[][] again = analytic(step, tapes, forward, inputs);
        long checked = 0;
        for (int n = 0; n < inputs.length; n++) {
            Tensor elements = inputs[n].value().reshape(inputs[n].value().size());
            for (int i = 0; i < elements.size(); i++) {
                int element = i;
                double x = elements.getDouble(i);
                double numeric = difference(x, moved -> {
                    elements.set(moved, element);
                    return loss(step, tapes, forward, inputs);
                });
                elements.set(x, i);
                compare(operation, inputs[n].name(), i, analytic[n][i], numeric, mismatches);
                if (Double.doubleToLongBits(analytic[n][i]) != Double.doubleToLongBits(again[n][i])) {
                    mismatches.add(new Mismatch(operation + " run twice", inputs[n].name(), i, analytic[n][i], again[n][i]));
                }
                checked++;
            }
        }
        return new Report(operation, checked, mismatches);
    }

    /**
     * As {@link #operation}, for a layer that is built here, served and taken back by these assemblies.
     *
     * @param assemblies what serves the layer's needs and slot {@code tape}
     * @param blueprint  builds the layer
     * @param forward    runs it
     */
    public <P> Report layer(String operation, Assemblies assemblies, Blueprint<P> blueprint, BiFunction<P, Pass, Variable> forward,
            Variable... inputs) {
        record Subject<P>(P layer, Need<TapeFactory> tapes) {
        }
        try (StepRunner<Subject<P>> runner = assemblies.runner("gradient-check",
                needs -> new Subject<>(blueprint.build(needs), needs.add(TapeFactory.class, TapeFactory.ALGORITHM)), StepListener.NONE)) {
            return runner.run((subject, lease) ->
                    operation(operation, lease, lease.get(subject.tapes()), pass -> forward.apply(subject.layer(), pass), inputs));
        }
    }

    private double difference(double x, ToDoubleFunction<Double> loss) {
        double h = step * Math.max(1, Math.abs(x));
        double near = loss.applyAsDouble(x + h) - loss.applyAsDouble(x - h);
        if (!fivePoints) {
            return near / (2 * h);
        }
        double far = loss.applyAsDouble(x + 2 * h) - loss.applyAsDouble(x - 2 * h);
        return (8 * near - far) / (12 * h);
    }

    private void compare(String operation, String input, long index, double analytic, double numeric, List<Mismatch> mismatches) {
        if (!(Math.abs(analytic - numeric) <= absolute + relative * Math.abs(numeric))) {                    // NaN is a mismatch too
            mismatches.add(new Mismatch(operation, input, index, analytic, numeric));
        }
    }

    private static double[][] analytic(Step step, TapeFactory tapes, Function<Pass, Variable> forward, Variable[] inputs) {
        try (Pass pass = pass(step, tapes, inputs)) {
            Variable output = forward.apply(pass);
            Tensor total = Tensor.zeros(DType.F64, Shape.of(1));
            total.set(weightedSum(output.value()), 0);
            Variable loss = pass.tape().record("weighted-sum", total, (gradLoss, gradients) -> {
                Tensor gradient = gradients.into(output);
                Tensor elements = gradient.reshape(gradient.size());
                for (long i = 0; i < elements.size(); i++) {
                    elements.set(elements.getDouble(i) + gradLoss.getDouble(0) * weight(i), i);
                }
            }, output);
            Gradients gradients = pass.tape().backward(loss);
            double[][] found = new double[inputs.length][];
            for (int n = 0; n < inputs.length; n++) {
                found[n] = elements(gradients.of(inputs[n]), inputs[n].value().size());
            }
            return found;
        }
    }

    /** No gradient means that the loss does not depend on the variable: zero everywhere. */
    private static double[] elements(Tensor gradient, long size) {
        double[] elements = new double[Math.toIntExact(size)];
        if (gradient != null) {
            Tensor flat = gradient.reshape(size);
            for (int i = 0; i < elements.length; i++) {
                elements[i] = flat.getDouble(i);
            }
        }
        return elements;
    }

    private static double loss(Step step, TapeFactory tapes, Function<Pass, Variable> forward, Variable[] inputs) {
        try (Pass pass = pass(step, tapes, inputs)) {
            return weightedSum(forward.apply(pass).value());
        }
    }

    private static double weightedSum(Tensor output) {
        Tensor elements = output.contiguous().reshape(output.size());
        double sum = 0;
        for (long i = 0; i < elements.size(); i++) {
            sum += weight(i) * elements.getDouble(i);
        }
        return sum;
    }

    /** From -1 to 1, always the same for one place. */
    private static double weight(long place) {
        return 2 * RandomStream.at(34, place).nextDouble() - 1;
    }

    /** In the type of the inputs, so that references are checked in F64. */
    private static Pass pass(Step step, TapeFactory tapes, Variable[] inputs) {
        DType dtype = inputs.length == 0 ? DType.F32 : inputs[0].value().dtype();
        return Pass.training(step, tapes, PLAIN_HEAP, Workspace.poisoned("gradient-check", dtype), 1, 1);
    }

    /** Memory that nobody counts: thousands of passes come and go. */
    private static final TensorAllocator PLAIN_HEAP = new TensorAllocator() {

        @Override
        public Storage allocate(DType dtype, long size, String owner) {
            return Tensor.zeros(dtype, Shape.of(size)).storage();
        }

        @Override
        public List<Usage> usage() {
            return List.of();
        }
    };
}
