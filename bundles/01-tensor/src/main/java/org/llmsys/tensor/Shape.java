package org.llmsys.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The extents of a tensor's axes, for example (B, T, C). Immutable; every extent is 0 or more; a scalar has rank 0. */
public final class Shape {

    private final long[] extents;
    private final long size;

    private Shape(long[] extents) {
        this.extents = extents;
        this.size = checkedSize();
    }

    /**
     * @throws ShapeException for a negative extent, or when the number of elements does not fit a long
     */
    public static Shape of(long... extents) {
        return new Shape(extents.clone());
    }

    public int rank() {
        return extents.length;
    }

    /** The extent of an axis; negative axes count from the end. */
    public long extent(int axis) {
        return extents[axis(axis)];
    }

    /** The extent of an axis as an int, for loops over arrays. */
    public int intExtent(int axis) {
        long extent = extent(axis);
        if (extent > Integer.MAX_VALUE) {
            throw new ShapeException("axis " + axis, this, "a Java array holds at most " + Integer.MAX_VALUE + " elements");
        }
        return (int) extent;
    }

    /** An axis from 0 to rank-1 for one that may be negative. */
    public int axis(int axis) {
        int positive = axis < 0 ? axis + extents.length : axis;
        if (positive < 0 || positive >= extents.length) {
            throw new ShapeException("axis " + axis, this,
                    extents.length == 0 ? "a scalar has no axes" : "axes go from " + -extents.length + " to " + (extents.length - 1));
        }
        return positive;
    }

    /** The number of elements: the product of all extents; 1 for a scalar. */
    public long size() {
        return size;
    }

    /** The product, with extents of 0 left out until the end: so the strides fit a long too, whatever the order of the axes. */
    private long checkedSize() {
        long product = 1;
        boolean empty = false;
        for (long extent : extents) {
            if (extent < 0) {
                throw new ShapeException("shape", this, "an extent is negative");
            }
            empty |= extent == 0;
            try {
                product = Math.multiplyExact(product, Math.max(1, extent));
            } catch (ArithmeticException e) {
                throw new ShapeException("shape", this, "the number of elements does not fit 64 bits");
            }
        }
        return empty ? 0 : product;
    }

    public long[] extents() {
        return extents.clone();
    }

    /** Row-major strides in elements: the last axis is contiguous. */
    public long[] rowMajorStrides() {
        long[] strides = new long[extents.length];
        long stride = 1;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= Math.max(1, extents[axis]);
        }
        return strides;
    }

    /**
     * The shape two operands broadcast to: aligned at the last axis, extents equal or one of them 1.
     *
     * @throws ShapeException when they do not broadcast
     */
    public Shape broadcast(String operation, Shape other) {
        int rank = Math.max(rank(), other.rank());
        long[] result = new long[rank];
        for (int i = 1; i <= rank; i++) {
            long a = i <= rank() ? extents[rank() - i] : 1;
            long b = i <= other.rank() ? other.extents[other.rank() - i] : 1;
            if (a != b && a != 1 && b != 1) {
                throw new ShapeException(operation, this, other, "extents " + a + " and " + b + " differ and neither is 1");
            }
            result[rank - i] = a == 1 ? b : a;
        }
        return new Shape(result);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(extents, shape.extents);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(extents);
    }

    @Override
    public String toString() {
        return Arrays.stream(extents).mapToObj(Long::toString).collect(Collectors.joining(", ", "(", ")"));
    }
}
