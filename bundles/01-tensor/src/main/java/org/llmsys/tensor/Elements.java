package org.llmsys.tensor;

/**
 * The elements of a contiguous tensor, counted from 0 in row-major order, whatever their type and wherever they lie: what the loops of
 * a reference are written over. Reading gives a double, so the arithmetic is done in double; writing rounds once to the tensor's type.
 * One plain loop thereby serves F32 and F64, and the gradient check in F64 runs over the loop that people read.
 *
 * <pre>{@code
 * Elements x = input.elements();
 * Elements y = output.elements();
 * for (int i = 0; i < x.size(); i++) {
 *     y.set(i, Math.max(0, x.get(i)));
 * }
 * }</pre>
 *
 * <p>Fast kernels take {@link Tensor#floats()} instead. An index outside the storage is an {@link IndexOutOfBoundsException}.
 */
public sealed interface Elements permits FloatElements, DoubleElements, StorageElements {

    /** Number of elements. */
    int size();

    /** Element {@code i}, exact for F32, F64 and every narrower type. */
    double get(int i);

    /** Rounds {@code value} to the tensor's type; to a whole type the fraction is cut off. */
    void set(int i, double value);

    /** Adds in double and rounds once. */
    void add(int i, double value);

    /** @throws ShapeException when the tensor is not contiguous, or longer than an int counts */
    static Elements of(Tensor tensor) {
        if (!tensor.isContiguous()) {
            throw new ShapeException("elements", tensor.shape(), "its elements lie apart in memory; contiguous() brings them together");
        }
        if (tensor.size() > Integer.MAX_VALUE) {
            throw new ShapeException("elements", tensor.shape(), "an int counts at most " + Integer.MAX_VALUE + " elements; take a slice");
        }
        Storage storage = tensor.storage();
        int size = (int) tensor.size();
        if (storage.floats() != null) {
            return new FloatElements(storage.floats(), tensor.floatOffset(), size);
        }
        return storage.doubles() != null ? new DoubleElements(storage.doubles(), tensor.floatOffset(), size)
                : new StorageElements(storage, tensor.offset(), size);
    }
}
