package org.llmsys.tensor;

import java.util.Arrays;
import java.util.List;

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
        this.offset = shape.size() == 0 ? 0 : offset;                  // no elements: nowhere rather than behind the end
        Strides.requireInside(shape, this.strides, offset, storage.size());
    }

    /** The whole storage, row-major. */
    public static Tensor of(Storage storage, Shape shape) {
        return new Tensor(storage, shape, shape.rowMajorStrides(), 0);
    }

    /** A tensor over this array, not copied, row-major. */
    public static Tensor of(Shape shape, float... elements) {
        return whole(HeapStorage.of(elements), shape);
    }

    /** F64 over this array, not copied, row-major. */
    public static Tensor ofDoubles(Shape shape, double... elements) {
        return whole(HeapStorage.of(elements), shape);
    }

    /** I32 over this array, not copied, row-major. */
    public static Tensor ofInts(Shape shape, int... elements) {
        return whole(HeapStorage.of(elements), shape);
    }

    /** I64 over this array, not copied, row-major. */
    public static Tensor ofLongs(Shape shape, long... elements) {
        return whole(HeapStorage.of(elements), shape);
    }

    private static Tensor whole(Storage storage, Shape shape) {
        if (storage.size() != shape.size()) {
            throw new ShapeException("tensor", shape, storage.size() + " elements were given");
        }
        return of(storage, shape);
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
                throw new ShapeException("index " + Arrays.toString(index), shape,
                        "axis " + axis + " has " + shape.extent(axis) + " elements");
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
            throw new ShapeException("slice " + from + " to " + to + " of axis " + axis, shape,
                    "the axis has " + shape.extent(a) + " elements");
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
        long[] reshaped = Strides.reshaped(shape, strides, to);
        if (reshaped == null) {
            throw new ShapeException("reshape", shape, to, "the elements lie apart in memory; bring them together with contiguous()");
        }
        return new Tensor(storage, to, reshaped, offset);
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
        return Strides.contiguous(shape, strides);
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
            throw new ShapeException("floats", shape, "only a contiguous F32 tensor on the heap has an array; onHeap() makes one");
        }
        return floats;
    }

    /** Index of the first element in {@link #floats()}. */
    public int floatOffset() {
        return Math.toIntExact(offset);
    }

    /** This tensor if {@link #floats()} works on it, else an F32 heap copy. */
    public Tensor onHeap() {
        return storage.floats() != null && isContiguous() ? this : converted(DType.F32);
    }

    /** A contiguous heap copy of the same type. */
    public Tensor copy() {
        return converted(dtype());
    }

    /** This tensor when it is of the type, else a heap copy that is; to a whole type fractions are cut off. */
    public Tensor to(DType dtype) {
        return dtype() == dtype ? this : converted(dtype);
    }

    private Tensor converted(DType dtype) {
        Tensor copy = zeros(dtype, shape);
        copy.copyFrom(this);
        return copy;
    }

    /** Copies every element of a tensor of the same shape, converting the type. The two must not overlap. */
    public void copyFrom(Tensor source) {
        if (!source.shape.equals(shape)) {
            throw new ShapeException("copy", shape, source.shape, "the shapes differ");
        }
        if (storage.floats() != null && source.storage.floats() != null && isContiguous() && source.isContiguous()) {
            System.arraycopy(source.floats(), source.floatOffset(), floats(), floatOffset(), Math.toIntExact(size()));
            return;
        }
        StridedWalk from = new StridedWalk(source);
        StridedWalk to = new StridedWalk(this);
        while (to.hasNext()) {
            Elementwise.copyElement(source.storage, from.next(), storage, to.next());
        }
    }

    @Override
    public boolean allFinite() {
        return Elementwise.allFinite(this);
    }

    /** Type, shape and elements in nested brackets; of a long axis the first and last three. */
    @Override
    public String toString() {
        return TensorPrinter.print(this);
    }

    // ---- element by element: operands broadcast, the result is a new heap tensor of their type ----------------------------------

    public Tensor add(Tensor other) {
        return Elementwise.binary("add", this, other, Double::sum, Long::sum);
    }

    public Tensor sub(Tensor other) {
        return Elementwise.binary("sub", this, other, (x, y) -> x - y, (x, y) -> x - y);
    }

    public Tensor mul(Tensor other) {
        return Elementwise.binary("mul", this, other, (x, y) -> x * y, (x, y) -> x * y);
    }

    /** Whole types truncate towards zero. */
    public Tensor div(Tensor other) {
        return Elementwise.divide(this, other);
    }

    /** The larger of each two elements; NaN when one is NaN. */
    public Tensor maximum(Tensor other) {
        return Elementwise.binary("maximum", this, other, Math::max, Math::max);
    }

    /** Each element to the power of an exponent; floating types. */
    public Tensor pow(double exponent) {
        return Elementwise.unary("pow", this, x -> Math.pow(x, exponent));
    }

    /** Each element to the power of the other's; floating types. */
    public Tensor pow(Tensor exponent) {
        return Elementwise.power(this, exponent);
    }

    public Tensor exp() {
        return Elementwise.unary("exp", this, Math::exp);
    }

    /** The natural logarithm: negative infinity at 0, NaN below. */
    public Tensor log() {
        return Elementwise.unary("log", this, Math::log);
    }

    public Tensor tanh() {
        return Elementwise.unary("tanh", this, Math::tanh);
    }

    public Tensor sqrt() {
        return Elementwise.unary("sqrt", this, Math::sqrt);
    }

    public Tensor erf() {
        return Elementwise.unary("erf", this, ErrorFunction::erf);
    }

    public Tensor neg() {
        return Elementwise.negate(this);
    }

    /** Where the condition is not 0 the element of {@code a}, else that of {@code b}. */
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        return Elementwise.where(condition, a, b);
    }

    // ---- reductions: over the axes named, over all when none is; a reduced axis stays with extent 1 if keepDims -------------------

    public Tensor sum(boolean keepDims, int... axes) {
        return Reductions.sum(this, keepDims, axes);
    }

    /** Floating types; the mean of no elements is NaN. */
    public Tensor mean(boolean keepDims, int... axes) {
        return Reductions.mean(this, keepDims, axes);
    }

    /** The largest element; NaN when one is NaN. @throws ShapeException when there are no elements */
    public Tensor max(boolean keepDims, int... axes) {
        return Reductions.max(this, keepDims, axes);
    }

    /** I64: which element is the largest, counted in row-major order over the reduced axes; the first of equals. */
    public Tensor argmax(boolean keepDims, int... axes) {
        return Reductions.argmax(this, keepDims, axes);
    }

    // ---- parts ------------------------------------------------------------------------------------------------------------------

    /** For each index the slice of an axis it names: x (V,C) gathered by ids (B,T) along axis 0 is (B,T,C). */
    public Tensor gather(int axis, Tensor indices) {
        return Selection.gather(this, axis, indices);
    }

    /** Tensors one after the other along an axis, copied. */
    public static Tensor concat(int axis, Tensor... parts) {
        return Selection.concat(axis, List.of(parts));
    }

    /** Parts of these sizes along an axis, as views; the sizes add up to its extent. */
    public List<Tensor> split(int axis, long... sizes) {
        return Selection.split(this, axis, sizes);
    }
}
