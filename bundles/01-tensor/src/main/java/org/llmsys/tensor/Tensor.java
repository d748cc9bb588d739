package org.llmsys.tensor;

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
        this(shape, storage, strides.clone(), offset);
    }

    /** A view whose strides nobody else holds. */
    private Tensor(Shape shape, Storage storage, long[] strides, long offset) {
        this.storage = storage;
        this.shape = shape;
        this.strides = strides;
        this.offset = shape.size() == 0 ? 0 : offset;                  // no elements: nowhere rather than behind the end
        Strides.requireInside(shape, this.strides, offset, storage.size());
        if (dtype().blocked()) {
            Strides.requireWholeBlocks(dtype(), shape, this.strides, this.offset);
        }
    }

    /** Another view of this storage, which takes over the array of strides. */
    Tensor view(Shape shape, long[] strides, long offset) {
        return new Tensor(shape, storage, strides, offset);
    }

    /** The whole storage, row-major. */
    public static Tensor of(Storage storage, Shape shape) {
        return new Tensor(shape, storage, shape.rowMajorStrides(), 0);
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
        return Strides.position(shape, strides, offset, index);
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
        return Views.slice(this, axis, from, to, 1);
    }

    /** Every {@code step}-th element; a negative step goes down, and then {@code to} may be -1, so that index 0 is the last. */
    public Tensor slice(int axis, long from, long to, long step) {
        return Views.slice(this, axis, from, to, step);
    }

    /** An axis in the other direction. */
    public Tensor flip(int axis) {
        return Views.slice(this, axis, shape.extent(axis) - 1, -1, -1);
    }

    /** One index of an axis, which disappears. */
    public Tensor select(int axis, long index) {
        return Views.select(this, axis, index);
    }

    /** Exchanges two axes. */
    public Tensor transpose(int axis0, int axis1) {
        return Views.transpose(this, axis0, axis1);
    }

    /** Axis {@code i} of the result is axis {@code order[i]} of this. */
    public Tensor permute(int... order) {
        return Views.permute(this, order);
    }

    /**
     * The same elements in the same order under another shape, without a copy. One extent may be -1: what is left for it.
     *
     * @throws ShapeException when the number of elements differs or the strides do not allow it; {@link #contiguous} first then
     */
    public Tensor reshape(long... extents) {
        return Views.reshape(this, extents);
    }

    /** Repeats axes of extent 1, without a copy (stride 0), to reach a shape this one broadcasts to. */
    public Tensor expand(Shape to) {
        return Views.expand(this, to);
    }

    /** Without these axes, which have extent 1; without all such axes when none is named. */
    public Tensor squeeze(int... axes) {
        return Views.squeeze(this, axes);
    }

    /** With an axis of extent 1 more, which has this number in the result. */
    public Tensor unsqueeze(int axis) {
        return Views.unsqueeze(this, axis);
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

    /** The elements in row-major order, for loops that serve every type. @throws ShapeException when they do not lie contiguous */
    public Elements elements() {
        return Elements.of(this);
    }

    /** This tensor if {@link #floats()} works on it, else an F32 heap copy. */
    public Tensor onHeap() {
        return storage.floats() != null && isContiguous() ? this : converted(DType.F32);
    }

    /** A contiguous heap copy of the same type. */
    public Tensor copy() {
        return converted(dtype());
    }

    /**
     * This tensor when it is of the type, else a heap copy that is; to a whole type fractions are cut off.
     *
     * @throws org.llmsys.assembly.Problem when a block type cannot hold it: rows that are not whole blocks, NaN, infinities
     */
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
        Copies.copy(source, this);
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

    /** The smaller of each two elements; NaN when one is NaN. */
    public Tensor minimum(Tensor other) {
        return Elementwise.binary("minimum", this, other, Math::min, Math::min);
    }

    /** Each element to the power of an exponent; floating types. */
    public Tensor pow(double exponent) {
        return Elementwise.unary("pow", this, x -> Math.pow(x, exponent));
    }

    /** Each element to the power of the other's. The exponents may be of another type; the result is of this one's. */
    public Tensor pow(Tensor exponent) {
        return Elementwise.power(this, exponent);
    }

    /** A scalar of this tensor's type, for the other operand: {@code x.mul(x.scalar(2))}. */
    public Tensor scalar(double value) {
        Tensor scalar = zeros(dtype(), Shape.of());
        scalar.set(value);
        return scalar;
    }

    /** A function of each element. */
    public Tensor map(UnaryFunction function) {
        return function.of(this);
    }

    public Tensor exp() {
        return map(UnaryFunction.EXP);
    }

    /** The natural logarithm: negative infinity at 0, NaN below. */
    public Tensor log() {
        return map(UnaryFunction.LOG);
    }

    public Tensor tanh() {
        return map(UnaryFunction.TANH);
    }

    public Tensor sqrt() {
        return map(UnaryFunction.SQRT);
    }

    public Tensor erf() {
        return map(UnaryFunction.ERF);
    }

    public Tensor sigmoid() {
        return map(UnaryFunction.SIGMOID);
    }

    public Tensor neg() {
        return map(UnaryFunction.NEG);
    }

    public Tensor abs() {
        return map(UnaryFunction.ABS);
    }

    /** I32: 1 where the comparison with the other's element holds, else 0. */
    public Tensor compare(Comparison comparison, Tensor other) {
        return Elementwise.compare(comparison, this, other);
    }

    /** Where the condition is not 0 the element of {@code a}, else that of {@code b}. */
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        return Elementwise.where(condition, a, b);
    }

    // ---- reductions: over the axes named, over all when none is; a reduced axis stays with extent 1 if keepDims -------------------

    public Tensor reduce(Reduction reduction, boolean keepDims, int... axes) {
        return Reductions.reduce(reduction, this, keepDims, axes);
    }

    public Tensor sum(boolean keepDims, int... axes) {
        return reduce(Reduction.SUM, keepDims, axes);
    }

    /** Floating types; the mean of no elements is NaN. */
    public Tensor mean(boolean keepDims, int... axes) {
        return reduce(Reduction.MEAN, keepDims, axes);
    }

    /** The largest element; NaN when one is NaN. */
    public Tensor max(boolean keepDims, int... axes) {
        return reduce(Reduction.MAX, keepDims, axes);
    }

    /** The smallest element; NaN when one is NaN. */
    public Tensor min(boolean keepDims, int... axes) {
        return reduce(Reduction.MIN, keepDims, axes);
    }

    /**
     * I64: which element is the largest, counted in row-major order over the reduced axes; the first of equals.
     *
     * @throws ShapeException when there are no elements
     */
    public Tensor argmax(boolean keepDims, int... axes) {
        return Reductions.argmax(this, keepDims, axes);
    }

    /** I64: which element is the smallest, as {@link #argmax}. */
    public Tensor argmin(boolean keepDims, int... axes) {
        return Reductions.argmin(this, keepDims, axes);
    }

    /** Sums of all elements of an axis up to each, or of those before it when {@code exclusive}. */
    public Tensor cumSum(int axis, boolean exclusive) {
        return Selection.cumSum(this, axis, exclusive);
    }

    // ---- parts ------------------------------------------------------------------------------------------------------------------

    /**
     * For each index the slice of an axis it names: x (V,C) gathered by ids (B,T) along axis 0 is (B,T,C). A negative index counts from
     * the end.
     */
    public Tensor gather(int axis, Tensor indices) {
        return Selection.gather(this, axis, indices);
    }

    /** For each place the element that the index there names along an axis; indices of this rank, no larger in the other axes. */
    public Tensor gatherElements(int axis, Tensor indices) {
        return Selection.gatherElements(this, axis, indices);
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
