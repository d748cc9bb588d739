package org.llmsys.matmul;

import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;

/** The last two axes of an F64 tensor from a place in its storage on: what gradient checks multiply, by three plain loops. */
record DoubleMatrix(Storage storage, long offset, long rows, long columns, long rowStride, long columnStride) {

    static DoubleMatrix of(Tensor t, long offset) {
        return new DoubleMatrix(t.storage(), offset, t.shape().extent(-2), t.shape().extent(-1), t.stride(-2), t.stride(-1));
    }

    double get(long row, long column) {
        return storage.getDouble(offset + row * rowStride + column * columnStride);
    }

    void set(long row, long column, double value) {
        storage.setDouble(offset + row * rowStride + column * columnStride, value);
    }

    /** C = A·B from 0, from the bias (N), or from what C holds: this is C, and k ascends as in F32. */
    void product(DoubleMatrix a, DoubleMatrix b, Tensor bias, boolean accumulate) {
        for (long m = 0; m < rows; m++) {
            for (long n = 0; n < columns; n++) {
                double sum = accumulate ? get(m, n) : bias == null ? 0 : bias.getDouble(n);
                for (long k = 0; k < a.columns; k++) {
                    sum = Math.fma(a.get(m, k), b.get(k, n), sum);
                }
                set(m, n, sum);
            }
        }
    }
}
