package org.llmsys.bindings.internal;

import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.MatrixBatch;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.DType;

/**
 * Products by the engine, over the arrays where they lie.
 *
 * <pre>
 *   C[m,n] = start + sum over k ascending of A[m,k] * B[k,n]         start: 0, the bias, or C
 * </pre>
 *
 * <p>Panels of weights are read where they lie, in the type they have: lls_panels describes the layout of {@link WeightPanels}.
 */
final class NativeMatmul implements MatmulKernel {

    private final CText name;

    NativeMatmul(CText name) {
        this.name = name;
    }

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        MatmulKernel.requireFit(a, b, c);
        product(a, 0, b, 0, null, 0, c, 0, 1, accumulate);
    }

    @Override
    public void multiplyPlus(Matrix a, Matrix b, Matrix bias, Matrix c) {
        MatmulKernel.requireFit(a, b, c);
        MatmulKernel.requireBias(bias, c);
        Matrix row = sideBySide(bias);
        product(a, 0, b, 0, row.data(), row.offset(), c, 0, 1, false);
    }

    /** The engine reads a bias straight on. */
    private static Matrix sideBySide(Matrix bias) {
        if (bias.columnStride() == 1 || bias.columns() <= 1) {
            return bias;
        }
        Operand.COPIES.increment();
        Matrix row = Matrix.of(1, bias.columns(), new float[bias.columns()]);
        for (int n = 0; n < bias.columns(); n++) {
            row.set(0, n, bias.get(0, n));
        }
        return row;
    }

    @Override
    public void multiplyPanels(Matrix a, WeightPanels w, Matrix bias, Matrix c) {
        MatmulKernel.requireFit(a, w, bias, c);
        Matrix row = bias == null ? null : sideBySide(bias);
        Object data = w.type() == DType.F32 ? w.values() : w.type().blocked() ? w.codes() : w.halves();
        multiplyPanels(name.address(), a.data(), a.offset(), a.rows(), a.rowStride(), a.columnStride(), type(w.type()), data, w.scales(), w.depth(),
                w.columns(), row == null ? null : row.data(), row == null ? 0 : row.offset(), c.data(), c.offset(), c.rowStride(),
                c.columnStride());
    }

    /** The number of lls_dtype. */
    private static int type(DType type) {
        return switch (type) {
            case F32 -> 0;
            case F16 -> 1;
            case BF16 -> 2;
            case Q8_0 -> 3;
            case Q4_0 -> 4;
            case F64, I32, I64 -> throw new IllegalStateException("no panels hold " + type);
        };
    }

    @Override
    public void multiplyBatch(MatrixBatch a, MatrixBatch b, MatrixBatch c, boolean accumulate) {
        MatmulKernel.requireFit(a, b, c);
        if (c.count() > 0) {
            product(a.first(), a.stride(), b.first(), b.stride(), null, 0, c.first(), c.stride(), c.count(), accumulate);
        }
    }

    private void product(Matrix a, int aStride, Matrix b, int bStride, float[] bias, int biasAt, Matrix c, int cStride, int count,
            boolean accumulate) {
        multiply(name.address(), a.data(), a.offset(), a.rows(), a.columns(), a.rowStride(), a.columnStride(), aStride,
                b.data(), b.offset(), b.rowStride(), b.columnStride(), bStride, bias, biasAt,
                c.data(), c.offset(), c.columns(), c.rowStride(), c.columnStride(), cStride, count, accumulate);
    }

    private static native void multiplyPanels(long name, float[] a, int aAt, int m, int aRow, int aColumn, int type, Object data, float[] scales,
            int k, int n, float[] bias, int biasAt, float[] c, int cAt, int cRow, int cColumn);

    private static native void multiply(long name, float[] a, int aAt, int m, int k, int aRow, int aColumn, int aStride,
            float[] b, int bAt, int bRow, int bColumn, int bStride, float[] bias, int biasAt,
            float[] c, int cAt, int n, int cRow, int cColumn, int cStride, int count, boolean accumulate);
}
