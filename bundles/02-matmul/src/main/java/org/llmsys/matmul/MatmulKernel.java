package org.llmsys.matmul;

import org.llmsys.assembly.Slot;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.tensor.ShapeException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Multiplies matrices: {@code C = A·B}, or {@code C += A·B}. Stateless and thread-safe.
 *
 * <pre>
 *   C[m,n] = sum over k of A[m,k] * B[k,n]        + C[m,n] when accumulating
 * </pre>
 *
 * <p>Shapes: A (M,K), B (K,N), C (M,N); any size from 0 on, any strides. With K = 0 the product is zero. C must not overlap A or B,
 * nor have two elements in one place; nobody checks that. Tolerance: |C - exact| at most {@code 2 K u (|A|·|B|)} per element,
 * u = 2^-24.
 *
 * <pre>{@code
 * Matrix c = Matrix.of(2, 2, new float[4]);
 * kernel.multiply(Matrix.of(2, 3, 1, 2, 3, 4, 5, 6), Matrix.of(3, 2, 7, 8, 9, 10, 11, 12), c, false);    // 58 64 / 139 154
 * }</pre>
 */
@Slot("matmul")
@ConsumerType
public interface MatmulKernel {

    /** The algorithm of this slot. */
    String ALGORITHM = "matmul";

    /** Numerics class: fused multiply-add into one accumulator per element, k ascending, starting from 0 (or from C when accumulating). */
    String FMA_K_ASCENDING = "fma-k-ascending";

    /**
     * @param accumulate false: C is overwritten; true: the product is added to C
     * @throws ShapeException when the shapes do not fit
     */
    void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate);

    /** What every provider checks first. */
    static void requireFit(Matrix a, Matrix b, Matrix c) {
        if (a.columns() != b.rows()) {
            throw new ShapeException("matmul", a.shapeText(), b.shapeText(),
                    "inner dimensions " + a.columns() + " and " + b.rows() + " differ");
        }
        if (c.rows() != a.rows() || c.columns() != b.columns()) {
            throw new ShapeException("matmul", a.shapeText() + "·" + b.shapeText(), c.shapeText(),
                    "the product has " + a.rows() + " rows and " + b.columns() + " columns");
        }
    }

    /** The reference, for tests and for embedding without a framework. */
    static MatmulKernel naive() {
        return new NaiveMatmul();
    }
}
