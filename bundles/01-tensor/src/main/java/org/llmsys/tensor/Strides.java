package org.llmsys.tensor;

import java.util.Arrays;
import java.util.OptionalLong;

/** The arithmetic of shapes and strides behind {@link Tensor}'s views. */
final class Strides {

    private Strides() {
    }

    /** @throws ShapeException when a view reaches outside a storage of {@code size} elements */
    static void requireInside(Shape shape, long[] strides, long offset, long size) {
        if (strides.length != shape.rank()) {
            throw new ShapeException("tensor", shape, "it has " + strides.length + " strides");
        }
        if (shape.size() == 0) {
            return;
        }
        long low = offset;
        long high = offset;
        try {
            for (int axis = 0; axis < strides.length; axis++) {
                long reach = Math.multiplyExact(shape.extent(axis) - 1, strides[axis]);
                low = Math.addExact(low, Math.min(0, reach));
                high = Math.addExact(high, Math.max(0, reach));
            }
        } catch (ArithmeticException overflow) {
            throw new ShapeException("view", shape, "its positions do not fit 64 bits");
        }
        if (low < 0 || high >= size) {
            throw new ShapeException("view", shape, "it reaches elements " + low + " to " + high + " of a storage of " + size);
        }
    }

    /**
     * A view of a block type consists of whole blocks along its last axis, so that no block is cut and no row is strided.
     *
     * @throws ShapeException when it does not
     */
    static void requireWholeBlocks(DType dtype, Shape shape, long[] strides, long offset) {
        int last = strides.length - 1;
        int block = dtype.blockSize();
        boolean whole = offset % block == 0 && last >= 0 && shape.extent(last) % block == 0 && strides[last] == 1;
        for (int axis = 0; axis < last; axis++) {
            whole &= strides[axis] % block == 0;
        }
        if (!whole && shape.size() > 0) {
            throw new ShapeException("view of " + dtype, shape,
                    "it would cut the blocks of " + block + " elements that make up a row; to(DType.F32) first");
        }
    }

    /** Where the element with this index stands. @throws ShapeException for an index outside the shape */
    static long position(Shape shape, long[] strides, long offset, long... index) {
        if (index.length != shape.rank()) {
            throw new ShapeException("index " + Arrays.toString(index), shape, "it names " + index.length + " axes of " + shape.rank());
        }
        long position = offset;
        for (int axis = 0; axis < index.length; axis++) {
            if (index[axis] < 0 || index[axis] >= shape.extent(axis)) {
                throw new ShapeException("index " + Arrays.toString(index), shape,
                        "axis " + axis + " has " + shape.extent(axis) + " elements");
            }
            position += index[axis] * strides[axis];
        }
        return position;
    }

    /** Whether the elements stand one after the other in row-major order. Strides of axes of extent 1 do not matter. */
    static boolean contiguous(Shape shape, long[] strides) {
        long expected = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            if (shape.extent(axis) != 1 && strides[axis] != expected) {
                return shape.size() == 0;
            }
            expected *= shape.extent(axis);
        }
        return true;
    }

    /**
     * The strides that show the same elements in the same order under another shape of the same size, or null when no strides do.
     *
     * <p>Both shapes are read from the left and cut into the smallest groups of axes with equal products. A group can be reshaped
     * freely when its old axes lie in memory like one axis: each stride is the next one's extent times its stride.
     */
    static long[] reshaped(Shape from, long[] strides, Shape to) {
        if (to.size() == 0 || contiguous(from, strides)) {
            return to.rowMajorStrides();
        }
        long[] result = new long[to.rank()];
        int oldAxis = 0;
        int newAxis = 0;
        while (oldAxis < from.rank() && newAxis < to.rank()) {
            int oldStart = oldAxis;
            int newStart = newAxis;
            long oldProduct = from.extent(oldAxis++);
            long newProduct = to.extent(newAxis++);
            while (oldProduct != newProduct) {
                if (oldProduct < newProduct) {
                    oldProduct *= from.extent(oldAxis++);
                } else {
                    newProduct *= to.extent(newAxis++);
                }
            }
            OptionalLong single = strideAsOneAxis(from, strides, oldStart, oldAxis);
            if (single.isEmpty()) {
                return null;
            }
            long stride = single.getAsLong();
            for (int axis = newAxis - 1; axis >= newStart; axis--) {
                result[axis] = stride;
                stride *= to.extent(axis);
            }
        }
        return result;                                                 // axes left over have extent 1: any stride will do
    }

    /** The stride of the one axis that old axes {@code start} to {@code end} (exclusive) amount to, if they do. */
    private static OptionalLong strideAsOneAxis(Shape from, long[] strides, int start, int end) {
        long stride = 0;
        long covered = 1;                                              // elements of the axes already joined
        for (int axis = end - 1; axis >= start; axis--) {
            if (from.extent(axis) == 1) {
                continue;
            }
            if (covered == 1) {
                stride = strides[axis];
            } else if (strides[axis] != stride * covered) {
                return OptionalLong.empty();
            }
            covered *= from.extent(axis);
        }
        return OptionalLong.of(stride);
    }
}
