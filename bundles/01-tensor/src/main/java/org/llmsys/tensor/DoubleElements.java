package org.llmsys.tensor;

/** {@link Elements} of an F64 tensor in a Java array. */
record DoubleElements(double[] array, int offset, int size) implements Elements {

    @Override
    public double get(int i) {
        return array[offset + i];
    }

    @Override
    public void set(int i, double value) {
        array[offset + i] = value;
    }

    @Override
    public void add(int i, double value) {
        array[offset + i] += value;
    }
}
