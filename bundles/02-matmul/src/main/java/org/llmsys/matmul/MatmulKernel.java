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

    /** Numerics class: fused multiply-add into one accumulator per element, k ascending, starting from 0, from C when accumulating, or from the bias. */
    String FMA_K_ASCENDING = "fma-k-ascending";

    /**
     * @param accumulate false: C is overwritten; true: the product is added to C
     * @throws ShapeException when the shapes do not fit
     */
    void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate);

    /**
     * A linear layer in one go: {@code C = A·B + 1·bias}, the bias added to every row.
     *
     * <pre>
     *   C[m,n] = bias[0,n] + sum over k of A[m,k] * B[k,n]        bias (1,N)
     * </pre>
     *
     * <p>Every element starts from its bias and meets k from low to high, as if C had held the bias and the product were added. This
     * default does just that; a provider may start from the bias where it lies and save a pass over C.
     *
     * @throws ShapeException when the shapes do not fit
     */
    default void multiplyPlus(Matrix a, Matrix b, Matrix bias, Matrix c) {
        requireFit(a, b, c);
        requireBias(bias, c);
        for (int m = 0; m < c.rows(); m++) {
            for (int n = 0; n < c.columns(); n++) {
                c.set(m, n, bias.get(0, n));
            }
        }
        multiply(a, b, c, true);
    }

    /**
     * A linear layer over weights in panels: {@code C = A·W}, or {@code A·W + 1·bias}.
     *
     * <pre>
     *   C[m,n] = bias[0,n] + sum over k of A[m,k] * W[k,n]        W widened to F32 first, each weight rounded once
     * </pre>
     *
     * <p>So a narrow type changes the numbers that are multiplied, never how. This default multiplies with one panel after the other; a provider may
     * read the panels as they are.
     *
     * @param a    (M,K)
     * @param w    (K,N)
     * @param bias (1,N), or null for none
     * @param c    (M,N), overwritten
     * @throws ShapeException when the shapes do not fit
     */
    default void multiplyPanels(Matrix a, WeightPanels w, Matrix bias, Matrix c) {
        requireFit(a, w, bias, c);
        for (int panel = 0; panel < w.panels(); panel++) {
            multiplyPanel(panel, a, w, bias, c);
        }
    }

    /** The columns of {@link #multiplyPanels} that one panel makes. */
    default void multiplyPanel(int panel, Matrix a, WeightPanels w, Matrix bias, Matrix c) {
        Matrix b = w.panel(panel);
        Matrix columns = c.columns(panel * WeightPanels.WIDTH, b.columns());
        if (bias == null) {
            multiply(a, b, columns, false);
        } else {
            multiplyPlus(a, b, bias.columns(panel * WeightPanels.WIDTH, b.columns()), columns);
        }
    }

    /**
     * Many products of one shape: {@code C[i] = A[i]·B[i]}, or {@code C[i] += A[i]·B[i]}, for each i of the batch. The C[i] must not
     * overlap; nobody checks that. This default takes one after the other; a provider may share them out among threads.
     *
     * <p>Shapes: A (batch,M,K), B (batch,K,N), C (batch,M,N). An operand that all products share has the batch stride 0.
     *
     * @throws ShapeException when the counts differ or the shapes do not fit
     */
    default void multiplyBatch(MatrixBatch a, MatrixBatch b, MatrixBatch c, boolean accumulate) {
        requireFit(a, b, c);
        for (int i = 0; i < c.count(); i++) {
            multiply(a.get(i), b.get(i), c.get(i), accumulate);
        }
    }

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

    /** What {@link #multiplyBatch} checks first. */
    static void requireFit(MatrixBatch a, MatrixBatch b, MatrixBatch c) {
        if (a.count() != c.count() || b.count() != c.count()) {
            throw new ShapeException("matmul", a.shapeText() + "·" + b.shapeText(), c.shapeText(),
                    "batches of " + a.count() + ", " + b.count() + " and " + c.count() + " matrices differ");
        }
        requireFit(a.first(), b.first(), c.first());
    }

    /** What {@link #multiplyPanels} checks first. */
    static void requireFit(Matrix a, WeightPanels w, Matrix bias, Matrix c) {
        String weights = "(" + w.depth() + ", " + w.columns() + ")";
        if (a.columns() != w.depth()) {
            throw new ShapeException("matmul", a.shapeText(), weights, "inner dimensions " + a.columns() + " and " + w.depth() + " differ");
        }
        if (c.rows() != a.rows() || c.columns() != w.columns()) {
            throw new ShapeException("matmul", a.shapeText() + "·" + weights, c.shapeText(), "the product has " + a.rows() + " rows and " + w.columns() + " columns");
        }
        if (bias != null) {
            requireBias(bias, c);
        }
    }

    /** What {@link #multiplyPlus} checks beside the fit of the matrices. */
    static void requireBias(Matrix bias, Matrix c) {
        if (bias.rows() != 1 || bias.columns() != c.columns()) {
            throw new ShapeException("matmul", "bias " + bias.shapeText(), c.shapeText(),
                    "the bias is one row with an element for each of the " + c.columns() + " columns");
        }
    }

    /** The reference, for tests and for embedding without a framework. */
    static MatmulKernel naive() {
        return new NaiveMatmul();
    }
}
