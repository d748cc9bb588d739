package org.llmsys.tensor;

import java.util.Arrays;

import org.llmsys.assembly.Finite;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An N-dimensional view of a storage: shape, strides and offset, all counted in elements. Views share storage; what computes makes
 * a new tensor on the heap. The methods here are the scalar reference; layers ask their step for faster kernels.
 *
 * <pre>{@code
 * Tensor x = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
 * x.transpose(0, 1).get(2, 0)   // 3
 * }</pre>
 */
@ProviderType
public final class Tensor implements Finite {

    private final Storage storage;
    private final Shape shape;
    private final long[] strides;
    private final long offset;

    /** A view of a storage. @throws ShapeException when it reaches outside the storage */
    public Tensor(Storage storage, Shape shape, long[] strides, long offset) {
        this.storage = storage;
        this.shape = shape;
        this.strides = strides.clone();
        this.offset = offset;
        if (strides.length != shape.rank()) {
            throw new ShapeException("tensor", shape, "it has " + strides.length + " strides");
        }
        requireInside();
    }

    private void requireInside() {
        if (shape.size() == 0) {
            return;
        }
        long low = offset;
        long high = offset;
        for (int axis = 0; axis < strides.length; axis++) {
            long reach = Math.multiplyExact(shape.extent(axis) - 1, strides[axis]);
            low = Math.addExact(low, Math.min(0, reach));
            high = Math.addExact(high, Math.max(0, reach));
        }
        if (low < 0 || high >= storage.size()) {
            throw new ShapeException("view", shape, "it reaches elements " + low + " to " + high + " of a storage of " + storage.size());
        }
    }

    /** The whole storage, row-major. */
    public static Tensor of(Storage storage, Shape shape) {
        return new Tensor(storage, shape, shape.rowMajorStrides(), 0);
    }

    /** A tensor over this array, not copied, row-major. */
    public static Tensor of(Shape shape, float... elements) {
        if (elements.length != shape.size()) {
            throw new ShapeException("tensor", shape, elements.length + " elements were given");
        }
        return of(HeapStorage.of(elements), shape);
    }

    /** Zeros on the heap, uncounted; for tests, small helpers and parameters. */
    public static Tensor zeros(DType dtype, Shape shape) {
        return of(HeapStorage.zeros(dtype, shape.size()), shape);
    }

    /** F32 zeros on the heap. */
    public static Tensor zeros(long... extents) {
        return zeros(DType.F32, Shape.of(extents));
    }

    public DType dtype() {
        return storage.dtype();
    }

    public Shape shape() {
        return shape;
    }

    public Storage storage() {
        return storage;
    }

    public long[] strides() {
        return strides.clone();
    }

    public long stride(int axis) {
        return strides[shape.axis(axis)];
    }

    public long offset() {
        return offset;
    }

    /** Number of elements. */
    public long size() {
        return shape.size();
    }

    /** Where an element stands in the storage. @throws ShapeException for an index outside the shape */
    public long position(long... index) {
        if (index.length != shape.rank()) {
            throw new ShapeException("index " + Arrays.toString(index), shape, "it names " + index.length + " axes of " + shape.rank());
        }
        long position = offset;
        for (int axis = 0; axis < index.length; axis++) {
            if (index[axis] < 0 || index[axis] >= shape.extent(axis)) {
                throw new ShapeException("index " + Arrays.toString(index), shape, "axis " + axis + " has " + shape.extent(axis) + " elements");
            }
            position += index[axis] * strides[axis];
        }
        return position;
    }

    public float get(long... index) {
        return (float) storage.getDouble(position(index));
    }

    public double getDouble(long... index) {
        return storage.getDouble(position(index));
    }

    public long getLong(long... index) {
        return storage.getLong(position(index));
    }

    public void set(double value, long... index) {
        storage.setDouble(position(index), value);
    }

    // ---- views: same storage, other shape -------------------------------------------------------------------------------------

    /** Elements {@code from} to {@code to} (exclusive) of an axis. */
    public Tensor slice(int axis, long from, long to) {
        int a = shape.axis(axis);
        if (from < 0 || to < from || to > shape.extent(a)) {
            throw new ShapeException("slice " + from + " to " + to + " of axis " + axis, shape, "the axis has " + shape.extent(a) + " elements");
        }
        long[] extents = shape.extents();
        extents[a] = to - from;
        return new Tensor(storage, Shape.of(extents), strides, offset + from * strides[a]);
    }

    /** One index of an axis, which disappears. */
    public Tensor select(int axis, long index) {
        int a = shape.axis(axis);
        Tensor one = slice(a, index, index + 1);
        long[] extents = new long[shape.rank() - 1];
        long[] left = new long[shape.rank() - 1];
        for (int from = 0, to = 0; from < shape.rank(); from++) {
            if (from != a) {
                extents[to] = shape.extent(from);
                left[to++] = strides[from];
            }
        }
        return new Tensor(storage, Shape.of(extents), left, one.offset);
    }

    /** Exchanges two axes. */
    public Tensor transpose(int axis0, int axis1) {
        int[] order = new int[shape.rank()];
        Arrays.setAll(order, i -> i);
        int a = shape.axis(axis0);
        int b = shape.axis(axis1);
        order[a] = b;
        order[b] = a;
        return permute(order);
    }

    /** Axis {@code i} of the result is axis {@code order[i]} of this. */
    public Tensor permute(int... order) {
        boolean[] seen = new boolean[shape.rank()];
        long[] extents = new long[shape.rank()];
        long[] turned = new long[shape.rank()];
        if (order.length != shape.rank()) {
            throw new ShapeException("permute " + Arrays.toString(order), shape, "it names " + order.length + " axes of " + shape.rank());
        }
        for (int i = 0; i < order.length; i++) {
            int axis = shape.axis(order[i]);
            if (seen[axis]) {
                throw new ShapeException("permute " + Arrays.toString(order), shape, "axis " + axis + " is named twice");
            }
            seen[axis] = true;
            extents[i] = shape.extent(axis);
            turned[i] = strides[axis];
        }
        return new Tensor(storage, Shape.of(extents), turned, offset);
    }

    /**
     * The same elements in the same order under another shape, without a copy.
     *
     * @throws ShapeException when the number of elements differs or the strides do not allow it; {@link #contiguous} first then
     */
    public Tensor reshape(long... extents) {
        Shape to = Shape.of(extents);
        if (to.size() != size()) {
            throw new ShapeException("reshape", shape, to, size() + " elements are not " + to.size());
        }
        if (!isContiguous()) {
            throw new ShapeException("reshape", shape, to, "the elements are not contiguous; make them so with contiguous()");
        }
        return new Tensor(storage, to, to.rowMajorStrides(), offset);
    }

    /** Repeats axes of extent 1, without a copy (stride 0), to reach a shape this one broadcasts to. */
    public Tensor expand(Shape to) {
        if (!shape.broadcast("expand", to).equals(to)) {
            throw new ShapeException("expand", shape, to, "the first does not broadcast to the second");
        }
        long[] widened = new long[to.rank()];
        for (int i = 1; i <= shape.rank(); i++) {
            int axis = shape.rank() - i;
            widened[to.rank() - i] = shape.extent(axis) == 1 && to.extent(to.rank() - i) != 1 ? 0 : strides[axis];
        }
        return new Tensor(storage, to, widened, offset);
    }

    /** Whether the elements stand one after the other in row-major order. */
    public boolean isContiguous() {
        long expected = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            if (shape.extent(axis) != 1 && strides[axis] != expected) {
                return size() == 0;
            }
            expected *= shape.extent(axis);
        }
        return true;
    }

    /** This tensor when contiguous, else a heap copy that is. */
    public Tensor contiguous() {
        return isContiguous() ? this : copy();
    }

    // ---- the fast path of kernels ---------------------------------------------------------------------------------------------

    /**
     * The array that holds this tensor's elements from {@link #floatOffset()} on, one after the other.
     *
     * @throws ShapeException when the tensor is not contiguous F32 on the heap; {@link #onHeap} makes one that is
     */
    public float[] floats() {
        float[] floats = storage.floats();
        if (floats == null || !isContiguous()) {
            throw new ShapeException("floats", shape, "a " + dtype() + " tensor that is not contiguous on the heap has no array");
        }
        return floats;
    }

    /** Index of the first element in {@link #floats()}. */
    public int floatOffset() {
        return Math.toIntExact(offset);
    }

    /** This tensor if {@link #floats()} works on it, else an F32 heap copy. */
    public Tensor onHeap() {
        return storage.floats() != null && isContiguous() ? this : copy();
    }

    /** A contiguous heap copy of the same type. */
    public Tensor copy() {
        Tensor copy = zeros(dtype(), shape);
        copy.copyFrom(this);
        return copy;
    }

    /** Copies every element of a tensor of the same shape, converting the type. */
    public void copyFrom(Tensor source) {
        if (!source.shape.equals(shape)) {
            throw new ShapeException("copy", shape, source.shape, "the shapes differ");
        }
        if (storage.floats() != null && source.storage.floats() != null && isContiguous() && source.isContiguous()) {
            System.arraycopy(source.floats(), source.floatOffset(), floats(), floatOffset(), Math.toIntExact(size()));
            return;
        }
        boolean whole = !dtype().floating() && !source.dtype().floating();
        long[] index = new long[shape.rank()];
        for (long n = size(); n > 0; n--) {
            if (whole) {
                storage.setLong(position(index), source.storage.getLong(source.position(index)));
            } else {
                storage.setDouble(position(index), source.storage.getDouble(source.position(index)));
            }
            next(index);
        }
    }

    /** Moves an index on by one element in row-major order. */
    private void next(long[] index) {
        for (int axis = index.length - 1; axis >= 0; axis--) {
            if (++index[axis] < shape.extent(axis)) {
                return;
            }
            index[axis] = 0;
        }
    }

    @Override
    public boolean allFinite() {
        if (!dtype().floating()) {
            return true;
        }
        if (storage.floats() != null && isContiguous()) {
            float[] data = storage.floats();
            int from = floatOffset();
            int to = from + Math.toIntExact(size());
            float sum = 0;                                   // x*0 is 0 for finite x, NaN otherwise
            for (int i = from; i < to; i++) {
                sum += data[i] * 0f;
            }
            return sum == 0;
        }
        long[] index = new long[shape.rank()];
        for (long n = size(); n > 0; n--) {
            if (!Double.isFinite(getDouble(index))) {
                return false;
            }
            next(index);
        }
        return true;
    }
}
