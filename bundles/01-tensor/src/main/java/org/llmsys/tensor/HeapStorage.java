package org.llmsys.tensor;

import org.llmsys.assembly.Problem;

/** Elements in a Java array: a {@code float[]} for F32 and so on. Not counted; the {@code heap} allocator wraps it to count. */
final class HeapStorage implements Storage {

    private final DType dtype;
    private final float[] floats;
    private final double[] doubles;
    private final int[] ints;
    private final long[] longs;

    private HeapStorage(DType dtype, float[] floats, double[] doubles, int[] ints, long[] longs) {
        this.dtype = dtype;
        this.floats = floats;
        this.doubles = doubles;
        this.ints = ints;
        this.longs = longs;
    }

    static HeapStorage of(float[] elements) {
        return new HeapStorage(DType.F32, elements, null, null, null);
    }

    static HeapStorage of(double[] elements) {
        return new HeapStorage(DType.F64, null, elements, null, null);
    }

    static HeapStorage of(int[] elements) {
        return new HeapStorage(DType.I32, null, null, elements, null);
    }

    static HeapStorage of(long[] elements) {
        return new HeapStorage(DType.I64, null, null, null, elements);
    }

    static HeapStorage zeros(DType dtype, long size) {
        if (size > Integer.MAX_VALUE - 8) {                            // the longest array a JVM gives
            throw Problem.failed("cannot hold " + size + " elements of " + dtype + " in a Java array",
                    "it holds at most " + (Integer.MAX_VALUE - 8), "take storage from the allocator arena");
        }
        int length = (int) size;
        return switch (dtype) {
            case F32 -> of(new float[length]);
            case F64 -> of(new double[length]);
            case I32 -> of(new int[length]);
            case I64 -> of(new long[length]);
        };
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public long size() {
        return switch (dtype) {
            case F32 -> floats.length;
            case F64 -> doubles.length;
            case I32 -> ints.length;
            case I64 -> longs.length;
        };
    }

    @Override
    public double getDouble(long index) {
        int i = Math.toIntExact(index);
        return switch (dtype) {
            case F32 -> floats[i];
            case F64 -> doubles[i];
            case I32 -> ints[i];
            case I64 -> longs[i];
        };
    }

    @Override
    public void setDouble(long index, double value) {
        int i = Math.toIntExact(index);
        switch (dtype) {
            case F32 -> floats[i] = (float) value;
            case F64 -> doubles[i] = value;
            case I32 -> ints[i] = (int) value;
            case I64 -> longs[i] = (long) value;
        }
    }

    @Override
    public long getLong(long index) {
        return dtype == DType.I64 ? longs[Math.toIntExact(index)] : (long) getDouble(index);
    }

    @Override
    public void setLong(long index, long value) {
        switch (dtype) {
            case I32 -> ints[Math.toIntExact(index)] = (int) value;
            case I64 -> longs[Math.toIntExact(index)] = value;
            case F32, F64 -> setDouble(index, value);
        }
    }

    @Override
    public float[] floats() {
        return floats;
    }

    @Override
    public boolean closed() {
        return false;
    }

    @Override
    public void close() {
        // the garbage collector takes the array when the last tensor is gone
    }
}
