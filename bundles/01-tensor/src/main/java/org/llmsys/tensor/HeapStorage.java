package org.llmsys.tensor;

import java.lang.foreign.MemorySegment;

import org.llmsys.assembly.Problem;
import org.llmsys.tensor.internal.SegmentStorage;

/**
 * Elements in a Java array: the working types F32 and F64 as such, which kernels read directly; the other types through a segment over
 * the array. Not counted; the {@code heap} allocator wraps it to count.
 */
abstract sealed class HeapStorage implements Storage {

    static HeapStorage of(float[] elements) {
        return new FloatArray(elements);
    }

    static HeapStorage of(double[] elements) {
        return new DoubleArray(elements);
    }

    static Storage of(int[] elements) {
        return new SegmentStorage(DType.I32, elements.length, MemorySegment.ofArray(elements));
    }

    static Storage of(long[] elements) {
        return new SegmentStorage(DType.I64, elements.length, MemorySegment.ofArray(elements));
    }

    /** Storage of any type on the heap; the narrow types lie in bytes. */
    static Storage zeros(DType dtype, long size) {
        long bytes = dtype.bytes(size);
        boolean narrow = dtype.blockBytes() == 2 || dtype.blocked();
        long longest = Integer.MAX_VALUE - 8;                          // the longest array a JVM gives
        if ((narrow ? bytes : size) > longest) {
            throw Problem.failed("cannot hold " + size + " elements of " + dtype + " in a Java array",
                    "it holds at most " + longest + (narrow ? " bytes" : ""), "take storage from the allocator arena");
        }
        int length = (int) size;
        return switch (dtype) {
            case F32 -> of(new float[length]);
            case F64 -> of(new double[length]);
            case I32 -> of(new int[length]);
            case I64 -> of(new long[length]);
            case F16, BF16, Q8_0, Q4_0 -> new SegmentStorage(dtype, size, MemorySegment.ofArray(new byte[(int) bytes]));
        };
    }

    @Override
    public float[] floats() {
        return null;
    }

    @Override
    public double[] doubles() {
        return null;
    }

    @Override
    public boolean closed() {
        return false;
    }

    @Override
    public void close() {
        // the garbage collector takes the array when the last tensor is gone
    }

    private static final class FloatArray extends HeapStorage {

        private final float[] elements;

        FloatArray(float[] elements) {
            this.elements = elements;
        }

        @Override
        public DType dtype() {
            return DType.F32;
        }

        @Override
        public long size() {
            return elements.length;
        }

        @Override
        public double getDouble(long index) {
            return elements[Math.toIntExact(index)];
        }

        @Override
        public void setDouble(long index, double value) {
            elements[Math.toIntExact(index)] = (float) value;
        }

        @Override
        public long getLong(long index) {
            return (long) elements[Math.toIntExact(index)];
        }

        @Override
        public void setLong(long index, long value) {
            elements[Math.toIntExact(index)] = value;
        }

        @Override
        public float[] floats() {
            return elements;
        }

        @Override
        public MemorySegment segment() {
            return MemorySegment.ofArray(elements);
        }
    }

    private static final class DoubleArray extends HeapStorage {

        private final double[] elements;

        DoubleArray(double[] elements) {
            this.elements = elements;
        }

        @Override
        public DType dtype() {
            return DType.F64;
        }

        @Override
        public long size() {
            return elements.length;
        }

        @Override
        public double getDouble(long index) {
            return elements[Math.toIntExact(index)];
        }

        @Override
        public void setDouble(long index, double value) {
            elements[Math.toIntExact(index)] = value;
        }

        @Override
        public long getLong(long index) {
            return (long) elements[Math.toIntExact(index)];
        }

        @Override
        public void setLong(long index, long value) {
            elements[Math.toIntExact(index)] = value;
        }

        @Override
        public double[] doubles() {
            return elements;
        }

        @Override
        public MemorySegment segment() {
            return MemorySegment.ofArray(elements);
        }
    }
}
