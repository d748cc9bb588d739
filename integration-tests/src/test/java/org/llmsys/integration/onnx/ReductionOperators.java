package org.llmsys.integration.onnx;

import static java.util.Map.entry;

import java.util.Map;

import org.llmsys.tensor.Reduction;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** Many elements to one. */
final class ReductionOperators {

    private ReductionOperators() {
    }

    static final Map<String, OnnxOperator> ALL = Map.ofEntries(
            entry("ReduceSum", reduction(Reduction.SUM)),
            entry("ReduceMean", reduction(Reduction.MEAN)),
            entry("ReduceMax", reduction(Reduction.MAX)),
            entry("ReduceMin", reduction(Reduction.MIN)),
            entry("ReduceProd", reduction(Reduction.PROD)),
            entry("ReduceSumSquare", reduction(Reduction.SUM_OF_SQUARES)),
            entry("ReduceL1", reduction(Reduction.L1)),
            entry("ReduceL2", reduction(Reduction.L2)),
            entry("ReduceLogSum", reduction(Reduction.LOG_SUM)),
            entry("ReduceLogSumExp", reduction(Reduction.LOG_SUM_EXP)),
            entry("ArgMax", OnnxOperator.of(given -> extreme(given, true))),
            entry("ArgMin", OnnxOperator.of(given -> extreme(given, false))));

    /** No axes mean all, or, when the case says so, none. */
    private static OnnxOperator reduction(Reduction reduction) {
        return OnnxOperator.of(given -> {
            int[] axes = given.integers(1, "axes");
            if (axes == null || axes.length == 0) {
                return given.flag("noop_with_empty_axes", false) ? given.input(0)
                        : given.input(0).reduce(reduction, given.flag("keepdims", true));
            }
            return given.input(0).reduce(reduction, given.flag("keepdims", true), axes);
        });
    }

    private static Tensor extreme(OnnxCase given, boolean largest) {
        int axis = given.integer("axis", 0);
        boolean keepDims = given.flag("keepdims", true);
        Tensor x = given.input(0);
        boolean last = given.flag("select_last_index", false);            // of equals: seen from behind the last is the first
        Tensor seen = last ? x.flip(axis) : x;
        Tensor found = largest ? seen.argmax(keepDims, axis) : seen.argmin(keepDims, axis);
        return last ? Tensor.ofLongs(Shape.of(), x.shape().extent(axis) - 1).sub(found) : found;
    }
}
