package org.llmsys.tensor;

/** {@link Elements} of a tensor of any type, outside the Java heap or of a type without an array of its own. */
record StorageElements(Storage storage, long offset, int size) implements Elements {

    @Override
    public double get(int i) {
        return storage.getDouble(offset + i);
    }

    @Override
    public void set(int i, double value) {
        storage.setDouble(offset + i, value);
    }

    @Override
    public void add(int i, double value) {
        storage.setDouble(offset + i, storage.getDouble(offset + i) + value);
    }
}
