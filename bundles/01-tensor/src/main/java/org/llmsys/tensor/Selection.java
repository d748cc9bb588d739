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
        if (indices.dtype().floating()) {
            throw Problem.misused("gather with indices of " + indices.dtype(), "an index is a whole number", "give indices of I32 or I64");
        }
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
            long index = indices.storage().getLong(walk.next());
            if (index < 0 || index >= a.shape().extent(at)) {
                throw Problem.failed("gather: index " + index + " is not in axis " + axis + " of " + a.shape(),
                        "the axis has indices 0 to " + (a.shape().extent(at) - 1), "check where the indices come from");
            }
            slices.select(at, i).copyFrom(a.select(at, index));
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
