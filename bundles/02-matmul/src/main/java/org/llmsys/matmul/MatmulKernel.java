package org.llmsys.matmul;

import org.llmsys.assembly.Slot;
import org.llmsys.tensor.ShapeException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Multiplies matrices: {@code C = A·B}, or {@code C += A·B}. Stateless and thread-safe.
 *
 * <p>Shapes: A (M,K), B (K,N), C (M,N); any size from 0 on, any strides, C not overlapping A or B. With K = 0 the product is zero.
 * Tolerance: |C - exact| at most {@code 2 K u (|A|·|B|)} per element, u = 2^-24.
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
        String shapes = "(" + a.rows() + ", " + a.columns() + ")";
        String other = "(" + b.rows() + ", " + b.columns() + ")";
        if (a.columns() != b.rows()) {
            throw new ShapeException("matmul", shapes, other, "inner dimensions " + a.columns() + " and " + b.rows() + " differ");
        }
        if (c.rows() != a.rows() || c.columns() != b.columns()) {
            throw new ShapeException("matmul", shapes + "·" + other, "(" + c.rows() + ", " + c.columns() + ")",
                    "the product has " + a.rows() + " rows and " + b.columns() + " columns");
        }
    }
}
