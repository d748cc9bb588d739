package org.llmsys.tensor;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.assembly.Problem;

/** Picks and joins parts of tensors: the scalar reference behind {@link Tensor#gather}, {@link Tensor#concat} and {@link Tensor#split}. */
final class Selection {

    private Selection() {
    }

    /**
     * <pre>
     *   out[before, i, after] = a[before, indices[i], after]        i runs over the shape of indices
     * </pre>
     */
    static Tensor gather(Tensor a, int axis, Tensor indices) {
        int at = a.shape().axis(axis);
        requireIndices("gather", indices);
        int rank = indices.shape().rank();
        long[] extents = new long[a.shape().rank() - 1 + rank];
        for (int i = 0; i < extents.length; i++) {
            extents[i] = i < at ? a.shape().extent(i) : i < at + rank ? indices.shape().extent(i - at) : a.shape().extent(i - rank + 1);
        }
        Tensor out = Tensor.zeros(a.dtype(), Shape.of(extents));

        // All axes of the indices as one, so that each index is one slice of the result.
        long[] joined = a.shape().extents();
        joined[at] = indices.size();
        Tensor slices = out.reshape(joined);
        StridedWalk walk = new StridedWalk(indices);
        for (long i = 0; i < indices.size(); i++) {
            long index = inside("gather", a, axis, indices.storage().getLong(walk.next()));
            slices.select(at, i).copyFrom(a.select(at, index));
        }
        return out;
    }

    /**
     * <pre>
     *   out[i, j, k] = a[indices[i, j, k], j, k]        along axis 0
     * </pre>
     */
    static Tensor gatherElements(Tensor a, int axis, Tensor indices) {
        int at = a.shape().axis(axis);
        requireIndices("gatherElements", indices);
        Elementwise.requireNoBlocks("gatherElements", a);
        Tensor within = a;
        boolean fits = indices.shape().rank() == a.shape().rank();
        for (int other = 0; fits && other < a.shape().rank(); other++) {
            fits = other == at || indices.shape().extent(other) <= a.shape().extent(other);
            within = fits && other != at ? within.slice(other, 0, indices.shape().extent(other)) : within;
        }
        if (!fits) {
            throw new ShapeException("gatherElements along axis " + axis, a.shape(), indices.shape(),
                    "the indices have another rank, or reach beyond another axis");
        }
        Tensor out = Tensor.zeros(a.dtype(), indices.shape());
        // Along the axis a step of 0: each walk position is the first element of its line.
        long[] strides = within.strides();
        long step = strides[at];
        strides[at] = 0;
        StridedWalk lines = new StridedWalk(indices.shape().extents(), strides, within.offset());
        StridedWalk walk = new StridedWalk(indices);
        for (long i = 0; i < out.size(); i++) {
            long index = inside("gatherElements", a, axis, indices.storage().getLong(walk.next()));
            Copies.copyElement(a.storage(), lines.next() + index * step, out.storage(), i);
        }
        return out;
    }

    private static void requireIndices(String operation, Tensor indices) {
        if (indices.dtype().floating()) {
            throw Problem.misused(operation + " with indices of " + indices.dtype(), "an index is a whole number", "give indices of I32 or I64");
        }
    }

    /** The index from 0 on for one that may count from the end. */
    private static long inside(String operation, Tensor a, int axis, long index) {
        long extent = a.shape().extent(axis);
        if (index < -extent || index >= extent) {
            throw Problem.failed(operation + ": index " + index + " is not in axis " + axis + " of " + a.shape(),
                    extent == 0 ? "the axis is empty" : "the axis has indices 0 to " + (extent - 1) + ", and -1 to " + -extent + " from the end",
                    "check where the indices come from");
        }
        return index < 0 ? index + extent : index;
    }

    /** One sum a line along the axis: in double, each element rounded once, or in 64 bits. */
    static Tensor cumSum(Tensor a, int axis, boolean exclusive) {
        Elementwise.requireNoBlocks("cumSum", a);
        Tensor out = Tensor.zeros(a.dtype(), a.shape());
        int last = a.shape().rank() - 1;
        StridedWalk from = new StridedWalk(a.transpose(axis, last));
        StridedWalk to = new StridedWalk(out.transpose(axis, last));
        double sum = 0;
        long whole = 0;
        for (long i = 0; to.hasNext(); i++) {
            if (i % a.shape().extent(axis) == 0) {
                sum = 0;
                whole = 0;
            }
            long source = from.next();
            long target = to.next();
            if (a.dtype().floating()) {
                double upTo = sum + a.storage().getDouble(source);
                out.storage().setDouble(target, exclusive ? sum : upTo);
                sum = upTo;
            } else {
                long upTo = whole + a.storage().getLong(source);
                out.storage().setLong(target, exclusive ? whole : upTo);
                whole = upTo;
            }
        }
        return out;
    }

    static Tensor concat(int axis, List<Tensor> parts) {
        if (parts.isEmpty()) {
            throw Problem.misused("concat of no tensors", "the result would have no shape", "give at least one");
        }
        Tensor first = parts.getFirst();
        int at = first.shape().axis(axis);
        long[] extents = first.shape().extents();
        extents[at] = 0;
        for (Tensor part : parts) {
            requireFit(first, part, at);
            extents[at] += part.shape().extent(at);
        }
        Tensor out = Tensor.zeros(first.dtype(), Shape.of(extents));
        long from = 0;
        for (Tensor part : parts) {
            long to = from + part.shape().extent(at);
            out.slice(at, from, to).copyFrom(part);
            from = to;
        }
        return out;
    }

    private static void requireFit(Tensor first, Tensor part, int axis) {
        long[] extents = part.shape().extents();
        if (extents.length == first.shape().rank()) {
            extents[axis] = first.shape().extent(axis);
        }
        if (!Shape.of(extents).equals(first.shape())) {
            throw new ShapeException("concat", first.shape(), part.shape(), "they differ in another axis than " + axis);
        }
        if (part.dtype() != first.dtype()) {
            throw Problem.misused("concat: " + first.dtype() + " and " + part.dtype() + " do not fit", "parts must be of one type",
                    "convert with to(DType)");
        }
    }

    static List<Tensor> split(Tensor a, int axis, long... sizes) {
        long sum = 0;
        for (long size : sizes) {
            sum += size;
        }
        if (sum != a.shape().extent(axis)) {
            throw new ShapeException("split of axis " + axis, a.shape(),
                    "the parts have " + sum + " elements, the axis " + a.shape().extent(axis));
        }
        List<Tensor> parts = new ArrayList<>();
        long from = 0;
        for (long size : sizes) {
            parts.add(a.slice(axis, from, from + size));
            from += size;
        }
        return parts;
    }
}
