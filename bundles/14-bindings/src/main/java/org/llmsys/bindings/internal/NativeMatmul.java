package org.llmsys.bindings.internal;

import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.MatrixBatch;

/**
 * Products by the engine, over the arrays where they lie.
 *
 * <pre>
 *   C[m,n] = start + sum over k ascending of A[m,k] * B[k,n]         start: 0, the bias, or C
 * </pre>
 *
 * <p>Panels of weights go through the interface's default, a panel after the other: the engine's own panels have another order of bytes.
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
        if (bias.columnStride() == 1 || bias.columns() <= 1) {
            product(a, 0, b, 0, bias.data(), bias.offset(), c, 0, 1, false);
            return;
        }
        Operand.COPIES.increment();
        float[] side = new float[bias.columns()];
        for (int n = 0; n < side.length; n++) {
            side[n] = bias.get(0, n);
        }
        product(a, 0, b, 0, side, 0, c, 0, 1, false);
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

    private static native void multiply(long name, float[] a, int aAt, int m, int k, int aRow, int aColumn, int aStride,
            float[] b, int bAt, int bRow, int bColumn, int bStride, float[] bias, int biasAt,
            float[] c, int cAt, int n, int cRow, int cColumn, int cStride, int count, boolean accumulate);
}
