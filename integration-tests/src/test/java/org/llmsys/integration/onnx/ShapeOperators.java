package org.llmsys.integration.onnx;

import static java.util.Map.entry;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** Other shapes, parts, and parts put together. */
final class ShapeOperators {

    private ShapeOperators() {
    }

    static final Map<String, OnnxOperator> ALL = Map.ofEntries(
            entry("Transpose", OnnxOperator.of(given -> given.input(0).permute(order(given)))),
            entry("Expand", OnnxOperator.of(given -> given.input(0).expand(given.input(0).shape().broadcast("expand", Shape.of(given.longs(1, "shape")))))),
            entry("Reshape", OnnxOperator.of(given -> given.input(0).contiguous().reshape(extents(given)))),
            entry("Flatten", OnnxOperator.of(ShapeOperators::flatten)),
            entry("Squeeze", OnnxOperator.of(ShapeOperators::squeeze)),
            entry("Unsqueeze", OnnxOperator.of(ShapeOperators::unsqueeze)),
            entry("Gather", OnnxOperator.of(given -> given.input(0).gather(given.integer("axis", 0), given.input(1)))),
            entry("GatherElements", OnnxOperator.of(given -> given.input(0).gatherElements(given.integer("axis", 0), given.input(1)))),
            entry("Concat", OnnxOperator.of(given -> Tensor.concat(given.integer("axis", 0), given.all()))),
            entry("Split", ShapeOperators::split),
            entry("Slice", OnnxOperator.of(ShapeOperators::slice)),
            entry("Tile", OnnxOperator.of(ShapeOperators::tile)),
            entry("CumSum", OnnxOperator.of(ShapeOperators::cumSum)),
            entry("Shape", OnnxOperator.of(given -> Tensor.ofLongs(Shape.of(given.input(0).shape().rank()), given.input(0).shape().extents()))),
            entry("Size", OnnxOperator.unary(x -> Tensor.ofLongs(Shape.of(), x.size()))));

    private static int[] order(OnnxCase given) {
        int rank = given.input(0).shape().rank();
        int[] order = given.integers("perm");
        return order != null ? order : IntStream.range(0, rank).map(axis -> rank - 1 - axis).toArray();
    }

    /** 0 keeps an extent, -1 is what is left. */
    private static long[] extents(OnnxCase given) {
        Shape before = given.input(0).shape();
        long[] extents = given.longs(1, "shape");
        for (int axis = 0; axis < extents.length; axis++) {
            extents[axis] = extents[axis] == 0 && !given.flag("allowzero", false) ? before.extent(axis) : extents[axis];
        }
        long known = LongStream.of(extents).filter(extent -> extent != -1).reduce(1, (a, b) -> a * b);
        return LongStream.of(extents).map(extent -> extent == -1 ? before.size() / known : extent).toArray();
    }

    /** Rows of all axes from {@code axis} on. */
    static Tensor flatten(OnnxCase given) {
        Tensor x = given.input(0);
        int rank = x.shape().rank();
        int axis = given.integer("axis", 1);
        long rows = IntStream.range(0, axis < 0 ? axis + rank : axis).mapToLong(x.shape()::extent).reduce(1, (a, b) -> a * b);
        return x.contiguous().reshape(rows, rows == 0 ? 0 : x.size() / rows);
    }

    private static Tensor squeeze(OnnxCase given) {
        Tensor x = given.input(0);
        int[] axes = given.integers(1, "axes");
        return x.squeeze(axes != null ? axes : IntStream.range(0, x.shape().rank()).filter(axis -> x.shape().extent(axis) == 1).toArray());
    }

    private static Tensor unsqueeze(OnnxCase given) {
        int[] axes = given.integers(1, "axes");
        int rank = given.input(0).shape().rank() + axes.length;
        Tensor x = given.input(0);
        for (int axis : IntStream.of(axes).map(axis -> axis < 0 ? axis + rank : axis).sorted().toArray()) {
            x = x.unsqueeze(axis);
        }
        return x;
    }

    private static List<Tensor> split(OnnxCase given) {
        Tensor x = given.input(0);
        int axis = given.integer("axis", 0);
        long[] sizes = given.longs(1, "split");
        if (sizes == null) {
            long parts = given.integer("num_outputs", given.outputs().size());
            long extent = x.shape().extent(axis);
            long each = (extent + parts - 1) / parts;                      // the last one may be smaller
            sizes = LongStream.range(0, parts).map(i -> Math.max(0, Math.min(each, extent - i * each))).toArray();
        }
        return x.split(axis, sizes);
    }

    private static Tensor slice(OnnxCase given) {
        Tensor x = given.input(0);
        long[] starts = given.longs(1, "starts");
        long[] ends = given.longs(2, "ends");
        int[] axes = given.integers(3, "axes");
        long[] steps = given.longs(4, "steps");
        for (int i = 0; i < starts.length; i++) {
            x = sliced(x, axes == null ? i : axes[i], starts[i], ends[i], steps == null ? 1 : steps[i]);
        }
        return x;
    }

    /** Python's rules: negative places count from the end, places outside are moved to the border, a negative step goes backwards. */
    private static Tensor sliced(Tensor x, int axis, long start, long end, long step) {
        long extent = x.shape().extent(axis);
        if (step < 0) {
            long from = Math.clamp(start < 0 ? start + extent : start, -1, extent - 1);
            long to = Math.clamp(end < 0 ? end + extent : end, -1, extent - 1);
            return x.flip(axis).slice(axis, extent - 1 - from, Math.max(extent - 1 - from, extent - 1 - to), -step);
        }
        long from = Math.clamp(start < 0 ? start + extent : start, 0, extent);
        long to = Math.clamp(end < 0 ? end + extent : end, 0, extent);
        return x.slice(axis, from, Math.max(from, to), step);
    }

    private static Tensor tile(OnnxCase given) {
        Tensor x = given.input(0);
        long[] repeats = given.longs(1, "repeats");
        for (int axis = 0; axis < repeats.length; axis++) {
            x = repeats[axis] == 0 ? x.slice(axis, 0, 0) : Tensor.concat(axis, Collections.nCopies((int) repeats[axis], x).toArray(Tensor[]::new));
        }
        return x;
    }

    private static Tensor cumSum(OnnxCase given) {
        int axis = given.integers(1, "axis")[0];
        boolean exclusive = given.flag("exclusive", false);
        Tensor x = given.input(0);
        return given.flag("reverse", false) ? x.flip(axis).cumSum(axis, exclusive).flip(axis) : x.cumSum(axis, exclusive);
    }
}
