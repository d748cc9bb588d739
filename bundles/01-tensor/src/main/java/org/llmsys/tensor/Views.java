package org.llmsys.tensor;

import java.util.Arrays;

/** Other shapes, strides and offsets over the same storage: what stands behind the methods of {@link Tensor} that copy nothing. */
final class Views {

    private Views() {
    }

    /** The view in which axis {@code axis} has {@code extent} elements, {@code step} apart, from index {@code from} on. */
    static Tensor slice(Tensor x, int axis, long from, long to, long step) {
        Shape shape = x.shape();
        int a = shape.axis(axis);
        long extent = shape.extent(a);
        boolean inside = step > 0 ? from >= 0 && from <= to && to <= extent
                : step < 0 && to >= -1 && to <= from && from < Math.max(1, extent) && from >= -1;
        if (!inside) {
            throw new ShapeException("slice " + from + " to " + to + (step == 1 ? "" : " by " + step) + " of axis " + axis, shape,
                    step == 0 ? "a step of 0 goes nowhere" : "the axis has " + extent + " elements");
        }
        long[] extents = shape.extents();
        long[] strides = x.strides();
        extents[a] = Math.ceilDiv(to - from, step);
        long offset = x.offset() + from * strides[a];
        strides[a] = extents[a] < 2 ? strides[a] : Math.multiplyExact(strides[a], step);
        return x.view(Shape.of(extents), strides, extents[a] == 0 ? x.offset() : offset);
    }

    static Tensor select(Tensor x, int axis, long index) {
        int a = x.shape().axis(axis);
        Tensor one = slice(x, a, index, index + 1, 1);
        return x.view(Shape.of(without(x.shape().extents(), a)), without(x.strides(), a), one.offset());
    }

    private static long[] without(long[] values, int index) {
        long[] rest = new long[values.length - 1];
        System.arraycopy(values, 0, rest, 0, index);
        System.arraycopy(values, index + 1, rest, index, rest.length - index);
        return rest;
    }

    static Tensor transpose(Tensor x, int axis0, int axis1) {
        int[] order = new int[x.shape().rank()];
        Arrays.setAll(order, i -> i);
        int a = x.shape().axis(axis0);
        int b = x.shape().axis(axis1);
        order[a] = b;
        order[b] = a;
        return permute(x, order);
    }

    static Tensor permute(Tensor x, int... order) {
        Shape shape = x.shape();
        if (order.length != shape.rank()) {
            throw new ShapeException("permute " + Arrays.toString(order), shape, "it names " + order.length + " axes of " + shape.rank());
        }
        boolean[] seen = new boolean[order.length];
        long[] extents = new long[order.length];
        long[] strides = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            int axis = shape.axis(order[i]);
            if (seen[axis]) {
                throw new ShapeException("permute " + Arrays.toString(order), shape, "axis " + axis + " is named twice");
            }
            seen[axis] = true;
            extents[i] = shape.extent(axis);
            strides[i] = x.stride(axis);
        }
        return x.view(Shape.of(extents), strides, x.offset());
    }

    static Tensor reshape(Tensor x, long... extents) {
        Shape to = Shape.of(withInferred(x, extents));
        if (to.size() != x.size()) {
            throw new ShapeException("reshape", x.shape(), to, x.size() + " elements are not " + to.size());
        }
        long[] strides = Strides.reshaped(x.shape(), x.strides(), to);
        if (strides == null) {
            throw new ShapeException("reshape", x.shape(), to, "the elements lie apart in memory; bring them together with contiguous()");
        }
        return x.view(to, strides, x.offset());
    }

    /** One extent of -1 becomes what is left of the elements. */
    private static long[] withInferred(Tensor x, long[] extents) {
        int open = -1;
        for (int axis = 0; axis < extents.length; axis++) {
            if (extents[axis] == -1 && open >= 0) {
                throw new ShapeException("reshape", x.shape(), Arrays.toString(extents), "only one extent can be left open by -1");
            }
            open = extents[axis] == -1 ? axis : open;
        }
        if (open < 0) {
            return extents;
        }
        long[] known = extents.clone();
        known[open] = 1;
        long rest = Shape.of(known).size();
        if (rest == 0 || x.size() % rest != 0) {
            throw new ShapeException("reshape", x.shape(), Arrays.toString(extents), x.size() + " elements are not a multiple of " + rest);
        }
        known[open] = x.size() / rest;
        return known;
    }

    static Tensor expand(Tensor x, Shape to) {
        Shape shape = x.shape();
        if (!shape.broadcast("expand", to).equals(to)) {
            throw new ShapeException("expand", shape, to, "the first does not broadcast to the second");
        }
        long[] strides = new long[to.rank()];
        for (int i = 1; i <= shape.rank(); i++) {
            int axis = shape.rank() - i;
            strides[to.rank() - i] = shape.extent(axis) == 1 && to.extent(to.rank() - i) != 1 ? 0 : x.stride(axis);
        }
        return x.view(to, strides, x.offset());
    }

    /** Without the axes named, or without all of extent 1 when none is. */
    static Tensor squeeze(Tensor x, int... axes) {
        Shape shape = x.shape();
        boolean[] gone = Reductions.named("squeeze", shape, axes);
        long[] extents = new long[shape.rank()];
        long[] strides = new long[shape.rank()];
        int rank = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            boolean drop = gone[axis] && (axes.length > 0 || shape.extent(axis) == 1);
            if (drop && shape.extent(axis) != 1) {
                throw new ShapeException("squeeze", shape, "axis " + axis + " has " + shape.extent(axis) + " elements, not 1");
            }
            if (!drop) {
                extents[rank] = shape.extent(axis);
                strides[rank++] = x.stride(axis);
            }
        }
        return x.view(Shape.of(Arrays.copyOf(extents, rank)), Arrays.copyOf(strides, rank), x.offset());
    }

    /** With a new axis of extent 1, which has the number {@code axis} in the result. */
    static Tensor unsqueeze(Tensor x, int axis) {
        int rank = x.shape().rank();
        int a = axis < 0 ? axis + rank + 1 : axis;
        if (a < 0 || a > rank) {
            throw new ShapeException("unsqueeze at axis " + axis, x.shape(), "the axes of the result go from " + (-rank - 1) + " to " + rank);
        }
        long[] extents = new long[rank + 1];
        long[] strides = new long[rank + 1];
        for (int to = 0; to <= rank; to++) {
            int from = to < a ? to : to - 1;
            extents[to] = to == a ? 1 : x.shape().extent(from);
            strides[to] = to == a ? 1 : x.stride(from);
        }
        return x.view(Shape.of(extents), strides, x.offset());
    }
}
