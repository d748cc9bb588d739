package org.llmsys.matmul;

import java.util.Arrays;

import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * Products of tensors: the last two axes are matrices, all axes before them count the products and broadcast.
 *
 * <pre>
 *   C[..., m, n] = sum over k of A[..., m, k] * B[..., k, n]        + C[..., m, n] when accumulating
 * </pre>
 *
 * <p>Shapes: A (..., M, K), B (..., K, N), C (..., M, N), any strides: transposed, sliced and expanded views are read where they lie.
 * F32 goes through a {@link MatmulKernel}, weights in {@link WeightPanels} too; F64, which gradient checks compute in, through three plain loops with k ascending.
 *
 * <pre>{@code
 * TensorProduct.shapeOf(Shape.of(8, 1, 5, 3), Shape.of(4, 3, 2))      // (8, 4, 5, 2)
 * TensorProduct.multiply(kernel, q, k.transpose(-1, -2), scores, false);     // (B,NH,T,HS)·(B,NH,HS,T) -> (B,NH,T,T)
 * }</pre>
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.matmul.html">numpy.matmul</a>, whose rules for shapes these are
 */
public final class TensorProduct {

    private static final String NAME = "matmul";

    private TensorProduct() {
    }

    /**
     * The shape of A·B. A first operand of rank 1 counts as one row, a second one as one column; that axis is then left out of the
     * result: (K)·(K,N) is (N), (M,K)·(K) is (M), (K)·(K) is a scalar.
     *
     * @throws ShapeException for a scalar, for inner dimensions that differ, for batch axes that do not broadcast
     */
    public static Shape shapeOf(Shape a, Shape b) {
        if (a.rank() == 0 || b.rank() == 0) {
            throw new ShapeException(NAME, a, b, "a scalar has no axis to sum over");
        }
        long inner = b.extent(b.rank() == 1 ? 0 : -2);
        if (a.extent(-1) != inner) {
            throw new ShapeException(NAME, a, b, "inner dimensions " + a.extent(-1) + " and " + inner + " differ");
        }
        long[] batch = broadcast(a, b).extents();
        int rows = a.rank() == 1 ? 0 : 1;
        int columns = b.rank() == 1 ? 0 : 1;
        long[] extents = Arrays.copyOf(batch, batch.length + rows + columns);
        if (rows == 1) {
            extents[batch.length] = a.extent(-2);
        }
        if (columns == 1) {
            extents[batch.length + rows] = b.extent(-1);
        }
        return Shape.of(extents);
    }

    private static Shape broadcast(Shape a, Shape b) {
        Shape left = a.rank() < 2 ? Shape.of() : BatchAxes.of(a);
        Shape right = b.rank() < 2 ? Shape.of() : BatchAxes.of(b);
        try {
            return left.broadcast(NAME, right);
        } catch (ShapeException e) {
            throw new ShapeException(NAME, a, b, "of the batch axes, " + e.why());
        }
    }

    /**
     * @param kernel     multiplies matrices of F32
     * @param accumulate false: C is overwritten; true: the product is added to C
     * @throws ShapeException when a rank is below 2, the shapes do not fit, or the types are not all F32 or all F64
     */
    public static void multiply(MatmulKernel kernel, Tensor a, Tensor b, Tensor c, boolean accumulate) {
        requireFit(a, b, c);
        if (c.size() == 0) {
            return;
        }
        if (c.dtype() == DType.F64) {
            multiplyInDouble(a, b, null, c, accumulate);
        } else {
            multiplyInFloat(kernel, a, b, null, c, accumulate);
        }
    }

    /**
     * {@code C = A·B + bias}: every row of every product starts from the bias.
     *
     * @param bias (N)
     * @throws ShapeException as for {@link #multiply}, and when the bias is not of the result's type with an element for each column
     */
    public static void multiplyPlus(MatmulKernel kernel, Tensor a, Tensor b, Tensor bias, Tensor c) {
        requireFit(a, b, c);
        if (bias.shape().rank() != 1 || bias.size() != c.shape().extent(-1) || bias.dtype() != c.dtype()) {
            throw new ShapeException(NAME, "bias " + typed(bias), typed(c), "the bias has one axis, as long as the last one of the result");
        }
        if (c.size() == 0) {
            return;
        }
        if (c.dtype() == DType.F64) {
            multiplyInDouble(a, b, bias, c, false);
        } else {
            multiplyInFloat(kernel, a, b, bias, c, false);
        }
    }

    private static void requireFit(Tensor a, Tensor b, Tensor c) {
        if (a.shape().rank() < 2 || b.shape().rank() < 2) {
            throw new ShapeException(NAME, a.shape(), b.shape(), "both need two axes or more; reshape a vector to one row or one column");
        }
        Shape product = shapeOf(a.shape(), b.shape());
        if (!product.equals(c.shape())) {
            throw new ShapeException(NAME, a.shape() + "·" + b.shape(), c.shape(), "the product is " + product);
        }
        boolean oneType = a.dtype() == c.dtype() && b.dtype() == c.dtype();
        if (!oneType || c.dtype() != DType.F32 && c.dtype() != DType.F64) {
            throw new ShapeException(NAME, typed(a) + "·" + typed(b), typed(c), "the types must be all F32 or all F64");
        }
        for (int axis = 0; axis < c.shape().rank(); axis++) {
            if (c.stride(axis) == 0 && c.shape().extent(axis) > 1) {
                throw new ShapeException(NAME, c.shape(), "the result is an expanded view: along axis " + axis + " its elements share one place");
            }
        }
    }

    private static String typed(Tensor t) {
        return t.dtype() + " " + t.shape();
    }

    // ---- F32: matrices and batches of matrices for the kernel -------------------------------------------------------------------

    private static void multiplyInFloat(MatmulKernel kernel, Tensor a, Tensor b, Tensor bias, Tensor c, boolean accumulate) {
        if (c.storage().floats() == null) {                            // outside the heap: computed beside it
            Tensor beside = c.onHeap();
            multiplyInFloat(kernel, a, b, bias, beside, accumulate);
            c.copyFrom(beside);
            return;
        }
        Tensor left = onHeap(a);
        if (b.storage() instanceof WeightPanels panels && wholly(b, panels) && left.shape().rank() == 2 && !accumulate) {
            kernel.multiplyPanels(matrix(left, left.offset()), panels, bias == null ? null : Matrix.rowsOf(bias.onHeap()), matrix(c, c.offset()));
            return;
        }
        Tensor right = onHeap(b);
        Matrix start = bias == null ? null : Matrix.rowsOf(bias.onHeap());          // (1,N)
        BatchAxes axes = BatchAxes.of(left, right, c);
        axes.forEachRun(left.offset(), right.offset(), c.offset(), (atA, atB, atC) ->
                multiplyRun(kernel, axes, matrix(left, atA), matrix(right, atB), start, matrix(c, atC), accumulate));
    }

    /** Whether the view is the matrix (K,N) of the panels, not turned and not cut. */
    private static boolean wholly(Tensor b, WeightPanels panels) {
        return b.shape().rank() == 2 && b.size() == panels.size() && b.shape().extent(1) == panels.columns() && b.isContiguous();
    }

    private static Tensor onHeap(Tensor t) {
        return t.storage().floats() == null ? t.onHeap() : t;
    }

    private static void multiplyRun(MatmulKernel kernel, BatchAxes axes, Matrix a, Matrix b, Matrix bias, Matrix c, boolean accumulate) {
        int count = (int) axes.length();                               // C is an array: neither counts nor strides exceed an int
        int strideA = (int) axes.strideA();
        int strideB = (int) axes.strideB();
        int strideC = (int) axes.strideC();
        if (strideB == 0 && inLine(a, strideA) && inLine(c, strideC)) {
            multiplyOne(kernel, inOne(a, strideA, count), b, bias, inOne(c, strideC, count), accumulate);      // (count*M, K)·(K, N)
        } else if (bias == null) {
            kernel.multiplyBatch(new MatrixBatch(a, count, strideA), new MatrixBatch(b, count, strideB), new MatrixBatch(c, count, strideC), accumulate);
        } else {
            for (int i = 0; i < count; i++) {
                multiplyOne(kernel, moved(a, i * strideA), moved(b, i * strideB), bias, moved(c, i * strideC), accumulate);
            }
        }
    }

    private static void multiplyOne(MatmulKernel kernel, Matrix a, Matrix b, Matrix bias, Matrix c, boolean accumulate) {
        if (bias == null) {
            kernel.multiply(a, b, c, accumulate);
        } else {
            kernel.multiplyPlus(a, b, bias, c);
        }
    }

    /** Whether the rows of the next matrix go on where the rows of this one end. */
    private static boolean inLine(Matrix m, int stride) {
        return m.rows() == 1 || stride == (long) m.rows() * m.rowStride();
    }

    private static Matrix inOne(Matrix m, int stride, int count) {
        return new Matrix(m.data(), m.offset(), m.rows() * count, m.columns(), m.rows() == 1 ? stride : m.rowStride(), m.columnStride());
    }

    private static Matrix moved(Matrix m, int by) {
        return new Matrix(m.data(), m.offset() + by, m.rows(), m.columns(), m.rowStride(), m.columnStride());
    }

    /** The last two axes, from a place in the storage on. */
    private static Matrix matrix(Tensor t, long at) {
        return new Matrix(t.storage().floats(), (int) at, t.shape().intExtent(-2), t.shape().intExtent(-1), stride(t, -2), stride(t, -1));
    }

    /** The stride along an axis of at most one element does not matter, and may be any number. */
    private static int stride(Tensor t, int axis) {
        return t.shape().extent(axis) <= 1 || t.size() == 0 ? 1 : Math.toIntExact(t.stride(axis));
    }

    // ---- F64: three loops -----------------------------------------------------------------------------------------------------

    private static void multiplyInDouble(Tensor a, Tensor b, Tensor bias, Tensor c, boolean accumulate) {
        BatchAxes axes = BatchAxes.of(a, b, c);
        axes.forEachRun(a.offset(), b.offset(), c.offset(), (atA, atB, atC) -> {
            for (long i = 0; i < axes.length(); i++) {
                DoubleMatrix.of(c, atC + i * axes.strideC()).product(
                        DoubleMatrix.of(a, atA + i * axes.strideA()), DoubleMatrix.of(b, atB + i * axes.strideB()), bias, accumulate);
            }
        });
    }
}
