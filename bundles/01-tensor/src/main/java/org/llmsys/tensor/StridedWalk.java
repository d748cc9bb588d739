package org.llmsys.tensor;

/**
 * Visits the elements of a strided view in row-major order of its shape: the last axis moves fastest, like an odometer.
 *
 * <pre>{@code
 * for (StridedWalk walk = new StridedWalk(x); walk.hasNext();) { ... x.storage().getDouble(walk.next()) ... }
 * }</pre>
 */
final class StridedWalk {

    private final long[] extents;
    private final long[] strides;
    private final long[] index;
    private long position;
    private long left;

    StridedWalk(Tensor view) {
        extents = view.shape().extents();
        strides = view.strides();
        index = new long[extents.length];
        position = view.offset();
        left = view.size();
    }

    boolean hasNext() {
        return left > 0;
    }

    /** Where the next element stands in the storage. */
    long next() {
        long here = position;
        left--;
        for (int axis = index.length - 1; axis >= 0; axis--) {
            position += strides[axis];
            if (++index[axis] < extents[axis]) {
                break;
            }
            position -= extents[axis] * strides[axis];                 // this axis starts over, the one before it moves
            index[axis] = 0;
        }
        return here;
    }
}
