package org.llmsys.tensor;

import java.util.Arrays;

import org.llmsys.assembly.Problem;

/**
 * Many elements to one, over any axes: the scalar reference behind {@link Tensor#sum}, {@link Tensor#mean}, {@link Tensor#max} and
 * {@link Tensor#argmax}.
 *
 * <pre>
 *   out[kept] = reduce over (reduced) of a[kept, reduced]          no axes named: over all of them
 * </pre>
 *
 * <p>Elements are met in row-major order; floating types are summed in double, integers in 64 bits. With {@code keepDims} a reduced
 * axis stays with extent 1, so that the result broadcasts against what it was made from.
 */
final class Reductions {

    private Reductions() {
    }

    static Tensor sum(Tensor a, boolean keepDims, int... axes) {
        Groups groups = Groups.of("sum", a, axes);
        Tensor out = Tensor.zeros(a.dtype(), groups.resultShape(keepDims));
        StridedWalk walk = groups.walk();
        for (long kept = 0; kept < out.size(); kept++) {
            if (a.dtype().floating()) {
                out.storage().setDouble(kept, sumOfNext(groups.length(), walk, a.storage()));
            } else {
                long sum = 0;
                for (long i = 0; i < groups.length(); i++) {
                    sum += a.storage().getLong(walk.next());
                }
                out.storage().setLong(kept, sum);
            }
        }
        return out;
    }

    /** The mean of no elements is NaN. */
    static Tensor mean(Tensor a, boolean keepDims, int... axes) {
        if (!a.dtype().floating()) {
            throw Problem.misused("mean of a tensor of " + a.dtype(), "a mean of integers is seldom an integer",
                    "convert it with to(DType.F32) first");
        }
        Groups groups = Groups.of("mean", a, axes);
        Tensor out = Tensor.zeros(a.dtype(), groups.resultShape(keepDims));
        StridedWalk walk = groups.walk();
        for (long kept = 0; kept < out.size(); kept++) {
            out.storage().setDouble(kept, sumOfNext(groups.length(), walk, a.storage()) / groups.length());
        }
        return out;
    }

    /** The largest; NaN when one of them is NaN. */
    static Tensor max(Tensor a, boolean keepDims, int... axes) {
        Groups groups = Groups.of("max", a, axes);
        Tensor out = Tensor.zeros(a.dtype(), groups.resultShape(keepDims));
        groups.requireSome("max", out);
        StridedWalk walk = groups.walk();
        for (long kept = 0; kept < out.size(); kept++) {
            long best = walk.next();
            for (long i = 1; i < groups.length(); i++) {
                long here = walk.next();
                best = larger(a.storage(), here, best) ? here : best;
            }
            Elementwise.copyElement(a.storage(), best, out.storage(), kept);
        }
        return out;
    }

    /** Which of the reduced elements is the largest, counted in row-major order; the first of equals, and the first NaN. */
    static Tensor argmax(Tensor a, boolean keepDims, int... axes) {
        Groups groups = Groups.of("argmax", a, axes);
        Tensor out = Tensor.zeros(DType.I64, groups.resultShape(keepDims));
        groups.requireSome("argmax", out);
        StridedWalk walk = groups.walk();
        for (long kept = 0; kept < out.size(); kept++) {
            long best = walk.next();
            long bestIndex = 0;
            for (long i = 1; i < groups.length(); i++) {
                long here = walk.next();
                if (larger(a.storage(), here, best)) {
                    best = here;
                    bestIndex = i;
                }
            }
            out.storage().setLong(kept, bestIndex);
        }
        return out;
    }

    private static double sumOfNext(long count, StridedWalk walk, Storage storage) {
        double sum = 0;
        for (long i = 0; i < count; i++) {
            sum += storage.getDouble(walk.next());
        }
        return sum;
    }

    private static boolean larger(Storage storage, long here, long best) {
        if (!storage.dtype().floating()) {
            return storage.getLong(here) > storage.getLong(best);
        }
        double challenger = storage.getDouble(here);
        double champion = storage.getDouble(best);
        return challenger > champion || Double.isNaN(challenger) && !Double.isNaN(champion);
    }

    /**
     * A tensor seen as groups that are each reduced to one element.
     *
     * @param source   the tensor
     * @param reduced  for each axis, whether it is reduced
     * @param turned   the same elements with the kept axes first and the reduced ones last, so that a group is met in one go
     * @param length   elements of a group
     */
    private record Groups(Tensor source, boolean[] reduced, Tensor turned, long length) {

        static Groups of(String operation, Tensor source, int... axes) {
            Shape shape = source.shape();
            boolean[] reduced = new boolean[shape.rank()];
            if (axes.length == 0) {
                Arrays.fill(reduced, true);
            }
            for (int axis : axes) {
                int a = shape.axis(axis);
                if (reduced[a]) {
                    throw new ShapeException(operation, shape, "axis " + axis + " is named twice");
                }
                reduced[a] = true;
            }
            int[] order = new int[shape.rank()];
            int to = 0;
            for (int axis = 0; axis < order.length; axis++) {
                if (!reduced[axis]) {
                    order[to++] = axis;
                }
            }
            long length = 1;
            for (int axis = 0; axis < order.length; axis++) {
                if (reduced[axis]) {
                    order[to++] = axis;
                    length *= shape.extent(axis);
                }
            }
            return new Groups(source, reduced, source.permute(order), length);
        }

        StridedWalk walk() {
            return new StridedWalk(turned);
        }

        Shape resultShape(boolean keepDims) {
            long[] extents = new long[reduced.length];
            int to = 0;
            for (int axis = 0; axis < reduced.length; axis++) {
                if (!reduced[axis]) {
                    extents[to++] = source.shape().extent(axis);
                } else if (keepDims) {
                    extents[to++] = 1;
                }
            }
            return Shape.of(Arrays.copyOf(extents, to));
        }

        void requireSome(String operation, Tensor out) {
            if (length == 0 && out.size() > 0) {
                throw new ShapeException(operation, source.shape(), "there is no largest of no elements");
            }
        }
    }
}
