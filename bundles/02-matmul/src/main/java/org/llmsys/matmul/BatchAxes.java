package org.llmsys.matmul;

import java.util.Arrays;

import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * The axes before the last two of three tensors, as distances in their storages. Neighbouring axes that lie in memory like one axis, in
 * all three tensors, are merged, so that a batch comes in as few and as long runs as possible. At least one axis: a product without a
 * batch is a batch of one.
 *
 * @param extents how often each axis counts
 * @param a       strides of A, 0 where A is repeated
 * @param b       strides of B
 * @param c       strides of C
 */
record BatchAxes(long[] extents, long[] a, long[] b, long[] c) {

    /** Where the matrices of a run begin in the three storages. */
    interface Run {
        void at(long a, long b, long c);
    }

    static BatchAxes of(Tensor a, Tensor b, Tensor c) {
        Shape batch = of(c.shape());
        long[] extents = batch.extents();
        long[] left = strides(a, batch);
        long[] right = strides(b, batch);
        long[] result = strides(c, batch);
        int count = 0;                                                 // merged axes so far, outermost first
        for (int axis = 0; axis < extents.length; axis++) {
            if (extents[axis] == 1) {
                continue;
            }
            long n = extents[axis];
            boolean merges = count > 0 && left[count - 1] == n * left[axis] && right[count - 1] == n * right[axis]
                    && result[count - 1] == n * result[axis];
            int to = merges ? count - 1 : count++;
            extents[to] = merges ? extents[to] * n : n;
            left[to] = left[axis];
            right[to] = right[axis];
            result[to] = result[axis];
        }
        if (count == 0) {
            return new BatchAxes(new long[] {1}, new long[1], new long[1], new long[1]);
        }
        return new BatchAxes(Arrays.copyOf(extents, count), Arrays.copyOf(left, count), Arrays.copyOf(right, count), Arrays.copyOf(result, count));
    }

    /** The axes before the last two. */
    static Shape of(Shape shape) {
        return Shape.of(Arrays.copyOf(shape.extents(), shape.rank() - 2));
    }

    /** Strides of a tensor over the batch axes of the result: 0 along an axis that it lacks or has once. */
    private static long[] strides(Tensor t, Shape batch) {
        long[] strides = new long[batch.rank()];
        int own = t.shape().rank() - 2;
        for (int i = 1; i <= own; i++) {
            strides[batch.rank() - i] = t.shape().extent(own - i) == 1 ? 0 : t.stride(own - i);
        }
        return strides;
    }

    /** The innermost axis: the number of matrices in a run. */
    long length() {
        return extents[extents.length - 1];
    }

    /** From one matrix of a run to the next, in A, B and C. */
    long strideA() {
        return a[a.length - 1];
    }

    long strideB() {
        return b[b.length - 1];
    }

    long strideC() {
        return c[c.length - 1];
    }

    /** Visits the runs in row-major order of the outer axes. */
    void forEachRun(long atA, long atB, long atC, Run run) {
        walk(0, atA, atB, atC, run);
    }

    private void walk(int axis, long atA, long atB, long atC, Run run) {
        if (axis == extents.length - 1) {
            run.at(atA, atB, atC);
            return;
        }
        for (long i = 0; i < extents[axis]; i++) {
            walk(axis + 1, atA + i * a[axis], atB + i * b[axis], atC + i * c[axis], run);
        }
    }
}
