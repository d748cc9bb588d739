package org.llmsys.tensor;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What ONNX's operators on tensors are in this room's words. */
final class OnnxOperators {

    private static final Map<String, Function<OnnxCase, Tensor>> OPERATORS = new HashMap<>();

    static {
        Map.of("Exp", UnaryFunction.EXP, "Tanh", UnaryFunction.TANH, "Sqrt", UnaryFunction.SQRT, "Erf", UnaryFunction.ERF, "Log", UnaryFunction.LOG,
                "Sigmoid", UnaryFunction.SIGMOID, "Neg", UnaryFunction.NEG, "Abs", UnaryFunction.ABS, "Reciprocal", UnaryFunction.RECIPROCAL,
                "Sign", UnaryFunction.SIGN).forEach(OnnxOperators::unary);
        Map.of("Sin", UnaryFunction.SIN, "Cos", UnaryFunction.COS, "Floor", UnaryFunction.FLOOR, "Ceil", UnaryFunction.CEIL,
                "Round", UnaryFunction.ROUND).forEach(OnnxOperators::unary);
        Map.<String, BinaryOperator<Tensor>>of("Add", Tensor::add, "Sub", Tensor::sub, "Mul", Tensor::mul, "Div", Tensor::div, "Pow", Tensor::pow,
                "Max", Tensor::maximum, "Min", Tensor::minimum, "Sum", Tensor::add)
                .forEach((name, of) -> OPERATORS.put(name, one -> one.inputs().stream().reduce(of).orElseThrow()));
        OPERATORS.put("Mean", one -> {
            Tensor sum = one.inputs().stream().reduce(Tensor::add).orElseThrow();
            return sum.div(sum.scalar(one.inputs().size()));
        });
        Map.of("Equal", Comparison.EQUAL, "Less", Comparison.LESS, "LessOrEqual", Comparison.LESS_OR_EQUAL, "Greater", Comparison.GREATER,
                "GreaterOrEqual", Comparison.GREATER_OR_EQUAL)
                .forEach((name, comparison) -> OPERATORS.put(name, one -> one.input(0).compare(comparison, one.input(1))));
        Map.of("ReduceSum", Reduction.SUM, "ReduceMean", Reduction.MEAN, "ReduceMax", Reduction.MAX, "ReduceMin", Reduction.MIN,
                "ReduceProd", Reduction.PROD, "ReduceL1", Reduction.L1, "ReduceL2", Reduction.L2, "ReduceSumSquare", Reduction.SUM_OF_SQUARES,
                "ReduceLogSum", Reduction.LOG_SUM, "ReduceLogSumExp", Reduction.LOG_SUM_EXP)
                .forEach((name, reduction) -> OPERATORS.put(name, one -> reduce(reduction, one)));
        OPERATORS.put("ArgMax", one -> argument(one, (x, axis) -> x.argmax(true, axis)));
        OPERATORS.put("ArgMin", one -> argument(one, (x, axis) -> x.argmin(true, axis)));
        OPERATORS.put("CumSum", one -> {
            int axis = (int) one.input(1).squeeze().getLong();
            Tensor x = one.flag("reverse", false) ? one.input(0).flip(axis) : one.input(0);
            Tensor sums = x.cumSum(axis, one.flag("exclusive", false));
            return one.flag("reverse", false) ? sums.flip(axis) : sums;
        });
        OPERATORS.put("Where", one -> Tensor.where(one.input(0), one.input(1), one.input(2)));
        OPERATORS.put("Clip", one -> {
            Tensor above = one.given(1).map(one.input(0)::maximum).orElse(one.input(0));
            return one.given(2).map(above::minimum).orElse(above);
        });
        OPERATORS.put("Gather", one -> one.input(0).gather(one.integer("axis", 0), one.input(1)));
        OPERATORS.put("GatherElements", one -> one.input(0).gatherElements(one.integer("axis", 0), one.input(1)));
        OPERATORS.put("Concat", one -> Tensor.concat(one.integer("axis", 0), one.inputs().toArray(Tensor[]::new)));
        OPERATORS.put("Identity", one -> one.input(0));
        OPERATORS.put("Transpose", one -> one.input(0).permute(one.ints("perm").orElseGet(() -> reversed(one.input(0).shape().rank()))));
        OPERATORS.put("Expand", one -> one.input(0).expand(one.input(0).shape().broadcast("expand", Shape.of(longs(one.input(1))))));
        OPERATORS.put("Squeeze", one -> one.input(0).squeeze(axes(one).orElse(new int[0])));
        OPERATORS.put("Unsqueeze", OnnxOperators::unsqueeze);
        OPERATORS.put("Reshape", OnnxOperators::reshape);
        OPERATORS.put("Flatten", OnnxOperators::flatten);
        OPERATORS.put("Slice", OnnxOperators::slice);
    }

    private interface AlongAxis {
        Tensor of(Tensor x, int axis);
    }

    private OnnxOperators() {
    }

    private static void unary(String name, UnaryFunction function) {
        OPERATORS.put(name, one -> one.input(0).map(function));
    }

    static boolean has(String operator) {
        return OPERATORS.containsKey(operator);
    }

    static Tensor compute(OnnxCase one) {
        return OPERATORS.get(one.operator()).apply(one);
    }

    /** No axes mean all here; ONNX can ask that they mean none. */
    private static Tensor reduce(Reduction reduction, OnnxCase one) {
        int[] axes = axes(one).orElse(new int[0]);
        boolean nothing = axes.length == 0 && one.flag("noop_with_empty_axes", false);
        return nothing ? ofEachElement(reduction, one.input(0)) : one.input(0).reduce(reduction, one.flag("keepdims", true), axes);
    }

    /** Groups of one element: a new last axis is reduced. */
    private static Tensor ofEachElement(Reduction reduction, Tensor x) {
        return x.unsqueeze(-1).reduce(reduction, false, -1);
    }

    private static Tensor argument(OnnxCase one, AlongAxis argument) {
        int axis = one.integer("axis", 0);
        Tensor x = one.input(0);
        Tensor found = argument.of(x, axis);
        if (one.flag("select_last_index", false)) {                    // the first from the other end
            Tensor fromTheEnd = argument.of(x.flip(axis), axis);
            found = fromTheEnd.neg().add(fromTheEnd.scalar(x.shape().extent(axis) - 1));
        }
        return one.flag("keepdims", true) ? found : found.squeeze(axis);
    }

    private static Tensor unsqueeze(OnnxCase one) {
        int rank = one.input(0).shape().rank() + axes(one).orElseThrow().length;
        Tensor x = one.input(0);
        for (int axis : Arrays.stream(axes(one).orElseThrow()).map(axis -> Math.floorMod(axis, rank)).sorted().toArray()) {
            x = x.unsqueeze(axis);
        }
        return x;
    }

    /** 0 keeps an extent, unless the case says that it means 0. */
    private static Tensor reshape(OnnxCase one) {
        long[] extents = longs(one.input(1));
        for (int axis = 0; axis < extents.length; axis++) {
            extents[axis] = extents[axis] == 0 && !one.flag("allowzero", false) ? one.input(0).shape().extent(axis) : extents[axis];
        }
        return one.input(0).reshape(extents);
    }

    /** The axes before {@code axis} as one, and the others as one. */
    private static Tensor flatten(OnnxCase one) {
        Shape shape = one.input(0).shape();
        int axis = one.integer("axis", 1);
        int first = axis < 0 ? axis + shape.rank() : axis;
        long rows = Shape.of(Arrays.copyOf(shape.extents(), first)).size();
        long columns = Shape.of(Arrays.copyOfRange(shape.extents(), first, shape.rank())).size();
        return one.input(0).reshape(rows, columns);
    }

    /** Beginnings and ends may count from the end and lie outside; they are brought inside. */
    private static Tensor slice(OnnxCase one) {
        Tensor x = one.input(0);
        long[] from = longs(one.input(1));
        long[] to = longs(one.input(2));
        long[] axes = one.given(3).map(OnnxOperators::longs).orElseGet(() -> LongStream.range(0, from.length).toArray());
        long[] steps = one.given(4).map(OnnxOperators::longs).orElseGet(() -> LongStream.generate(() -> 1).limit(from.length).toArray());
        for (int i = 0; i < from.length; i++) {
            int axis = (int) axes[i];
            long extent = x.shape().extent(axis);
            boolean up = steps[i] > 0;
            long first = Math.clamp(from[i] < 0 ? from[i] + extent : from[i], up ? 0 : -1, up ? extent : extent - 1);
            long end = Math.clamp(to[i] < 0 ? to[i] + extent : to[i], up ? 0 : -1, up ? extent : extent - 1);
            x = x.slice(axis, first, up ? Math.max(first, end) : Math.min(first, end), steps[i]);
        }
        return x;
    }

    /** An attribute in older versions of an operator, the second input in newer ones. */
    private static Optional<int[]> axes(OnnxCase one) {
        return one.ints("axes").or(() -> one.given(1).map(axes -> Arrays.stream(longs(axes)).mapToInt(Math::toIntExact).toArray()));
    }

    private static int[] reversed(int rank) {
        return IntStream.range(0, rank).map(axis -> rank - 1 - axis).toArray();
    }

    private static long[] longs(Tensor t) {
        Tensor flat = t.contiguous().reshape(-1);
        return LongStream.range(0, flat.size()).map(flat::getLong).toArray();
    }
}
