package org.llmsys.tensor;

import java.util.Arrays;

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
    private final long size;
    private long position;
    private long left;

    StridedWalk(Tensor view) {
        this(view.shape().extents(), view.strides(), view.offset());
    }

    /** Over axes with these extents and strides. */
    StridedWalk(long[] extents, long[] strides, long first) {
        this.extents = extents;
        this.strides = strides;
        this.index = new long[extents.length];
        this.size = Shape.of(extents).size();
        restart(first);
    }

    /** Number of elements. */
    long size() {
        return size;
    }

    /** Begins again, with the first element at another position. */
    void restart(long first) {
        Arrays.fill(index, 0);
        position = first;
        left = size;
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

    /** Passes over elements. */
    void skip(int count) {
        for (int i = 0; i < count; i++) {
            next();
        }
    }
}
