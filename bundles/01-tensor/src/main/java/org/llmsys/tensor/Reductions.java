package org.llmsys.tensor;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.stream.IntStream;

/**
 * Many elements to one, over any axes: the scalar reference behind {@link Tensor#reduce}, {@link Tensor#argmax} and
 * {@link Tensor#argmin}.
 *
 * <pre>
 *   out[kept] = reduce over (reduced) of a[kept, reduced]          no axes named: over all of them
 * </pre>
 *
 * <p>Elements are met in row-major order. With {@code keepDims} a reduced axis stays with extent 1, so that the result broadcasts
 * against what it was made from.
 */
final class Reductions {

    private Reductions() {
    }

    static Tensor reduce(Reduction reduction, Tensor a, boolean keepDims, int... axes) {
        String operation = reduction.name().toLowerCase(Locale.ROOT);
        if (!reduction.ofWholeNumbers()) {
            Elementwise.requireReal(operation, a.dtype());
        }
        Elementwise.requireNoBlocks(operation, a);
        Groups groups = new Groups(operation, a, axes);
        Tensor out = Tensor.zeros(a.dtype(), groups.resultShape(keepDims));
        boolean largest = reduction == Reduction.MAX || reduction == Reduction.MIN;
        if (largest && !a.dtype().floating()) {
            groups.requireSome(operation, out);
        }
        for (long kept = 0; kept < out.size(); kept++) {
            groups.next();
            if (a.dtype().floating()) {
                out.storage().setDouble(kept, reduction.of(groups));
            } else {
                out.storage().setLong(kept, reduction.ofWhole(groups));
            }
        }
        return out;
    }

    /** Which of the reduced elements is the largest, counted in row-major order; the first of equals, and the first NaN. */
    static Tensor argmax(Tensor a, boolean keepDims, int... axes) {
        return first("argmax", Comparison.GREATER, a, keepDims, axes);
    }

    /** Which is the smallest; the first of equals, and the first NaN. */
    static Tensor argmin(Tensor a, boolean keepDims, int... axes) {
        return first("argmin", Comparison.LESS, a, keepDims, axes);
    }

    private static Tensor first(String operation, Comparison better, Tensor a, boolean keepDims, int... axes) {
        Elementwise.requireNoBlocks(operation, a);
        Groups groups = new Groups(operation, a, axes);
        Tensor out = Tensor.zeros(DType.I64, groups.resultShape(keepDims));
        groups.requireSome(operation, out);
        for (long kept = 0; kept < out.size(); kept++) {
            StridedWalk walk = groups.next();
            long best = walk.next();
            long bestIndex = 0;
            for (long i = 1; i < groups.length(); i++) {
                long here = walk.next();
                if (beats(better, a.storage(), here, best)) {
                    best = here;
                    bestIndex = i;
                }
            }
            out.storage().setLong(kept, bestIndex);
        }
        return out;
    }

    private static boolean beats(Comparison better, Storage storage, long here, long best) {
        if (!storage.dtype().floating()) {
            return better.holds(storage.getLong(here), storage.getLong(best));
        }
        double challenger = storage.getDouble(here);
        double champion = storage.getDouble(best);
        return better.holds(challenger, champion) || Double.isNaN(challenger) && !Double.isNaN(champion);
    }

    /** For each axis whether it is named; all are when none is. */
    static boolean[] named(String operation, Shape shape, int... axes) {
        boolean[] named = new boolean[shape.rank()];
        if (axes.length == 0) {
            Arrays.fill(named, true);
        }
        for (int axis : axes) {
            int a = shape.axis(axis);
            if (named[a]) {
                throw new ShapeException(operation, shape, "axis " + axis + " is named twice");
            }
            named[a] = true;
        }
        return named;
    }

    /** A tensor seen as groups that are each reduced to one element: one walk over the kept axes, and inside it one over the others. */
    private static final class Groups implements Reduction.Group {

        private final Tensor source;
        private final boolean[] reduced;
        private final StridedWalk starts;
        private final StridedWalk group;
        private final long length;
        private long start;

        Groups(String operation, Tensor source, int... axes) {
            this.source = source;
            this.reduced = named(operation, source.shape(), axes);
            this.starts = walk(false);
            this.group = walk(true);
            this.length = group.size();
        }

        /** Through the axes that are reduced, or through those that are not. */
        private StridedWalk walk(boolean wanted) {
            int[] axes = IntStream.range(0, reduced.length).filter(axis -> reduced[axis] == wanted).toArray();
            return new StridedWalk(Arrays.stream(axes).mapToLong(source.shape()::extent).toArray(),
                    Arrays.stream(axes).mapToLong(source::stride).toArray(), source.offset());
        }

        @Override
        public long length() {
            return length;
        }

        /** Goes on to the next group. */
        StridedWalk next() {
            start = starts.next();
            group.restart(start);
            return group;
        }

        @Override
        public double fold(double from, DoubleBinaryOperator step) {
            double result = from;
            for (group.restart(start); group.hasNext();) {
                result = step.applyAsDouble(result, source.storage().getDouble(group.next()));
            }
            return result;
        }

        @Override
        public long foldWhole(long from, LongBinaryOperator step) {
            long result = from;
            for (group.restart(start); group.hasNext();) {
                result = step.applyAsLong(result, source.storage().getLong(group.next()));
            }
            return result;
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
                throw new ShapeException(operation, source.shape(), "there is none of no elements");
            }
        }
    }
}
