package org.llmsys.testkit.internal;

import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.MatrixBatch;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/**
 * Every matrix multiplication: right within {@code 2 K u (|A|·|B|)}, any size and stride, and of the numerics class it claims; over weights in
 * panels too ({@link PanelPromises}).
 */
@Component(service = Contract.class)
public final class MatmulContract implements Contract<MatmulKernel> {

    /** M, K, N: empty, single, one block, a little more than a block, odd. */
    private static final int[][] SIZES = {{0, 3, 2}, {2, 0, 3}, {3, 2, 0}, {1, 1, 1}, {2, 3, 4}, {13, 7, 5}, {1, 207, 65}, {65, 1, 17},
        {64, 64, 64}, {33, 207, 31}, {127, 65, 129}, {12, 513, 40}, {1, 64, 259}};

    private enum Layout { ROW_MAJOR, TRANSPOSED, WIDE_ROWS }

    @Override
    public Class<MatmulKernel> service() {
        return MatmulKernel.class;
    }

    @Override
    public void check(MatmulKernel kernel, Subject subject, Checks checks) {
        checks.promise("(2,3)·(3,2) is what a hand computes", () -> {
            Matrix c = Matrix.of(2, 2, new float[4]);
            kernel.multiply(Matrix.of(2, 3, 1, 2, 3, 4, 5, 6), Matrix.of(3, 2, 7, 8, 9, 10, 11, 12), c, false);
            Checks.that(c.get(0, 0) == 58 && c.get(0, 1) == 64 && c.get(1, 0) == 139 && c.get(1, 1) == 154, "got %s", java.util.Arrays.toString(c.data()));
        });
        for (boolean accumulate : new boolean[] {false, true}) {
            for (Layout a : Layout.values()) {
                for (Layout b : Layout.values()) {
                    for (int[] mkn : SIZES) {
                        checks.promise("A " + a + ", B " + b + ", M,K,N " + text(mkn) + (accumulate ? ", added" : ""),
                                () -> compare(kernel, subject, mkn, a, b, accumulate));
                    }
                }
            }
        }
        for (Layout b : Layout.values()) {
            for (int[] mkn : SIZES) {
                checks.promise("a bias added, B " + b + ", M,K,N " + text(mkn), () -> comparePlus(kernel, subject, mkn, b));
                checks.promise("a batch, overwritten and added to, B " + b + ", M,K,N " + text(mkn), () -> compareBatch(kernel, subject, mkn, b));
            }
        }
        PanelPromises.check(kernel, subject, checks);
        checks.promise("shapes that do not fit are refused", () -> {
            Matrix m = Matrix.of(2, 3, new float[6]);
            Checks.refused("(2,3)·(2,3)", () -> kernel.multiply(m, m, Matrix.of(2, 3, new float[6]), false));
            Checks.refused("a result of the wrong shape", () -> kernel.multiply(m, m.transposed(), Matrix.of(2, 3, new float[6]), false));
            Checks.refused("a bias as long as the columns are high", () -> kernel.multiplyPlus(m.transposed(), m, Matrix.of(1, 2, 1, 2), result(3, 3)));
            Checks.refused("batches of one and of two", () -> kernel.multiplyBatch(new MatrixBatch(m, 2, 0), new MatrixBatch(m.transposed(), 2, 0),
                    new MatrixBatch(result(2, 2), 1, 0), false));
        });
        checks.promise("many threads may call at once", () -> Checks.sameOnManyThreads(() -> {
            Matrix c = result(33, 31);
            kernel.multiply(matrix(1, 33, 65, Layout.ROW_MAJOR), matrix(2, 65, 31, Layout.TRANSPOSED), c, false);
            return java.util.Arrays.hashCode(c.data());
        }));
    }

    private static String text(int[] mkn) {
        return mkn[0] + "," + mkn[1] + "," + mkn[2];
    }

    private static void compare(MatmulKernel kernel, Subject subject, int[] mkn, Layout aLayout, Layout bLayout, boolean accumulate) {
        Matrix a = matrix(1, mkn[0], mkn[1], aLayout);
        Matrix b = matrix(2, mkn[1], mkn[2], bLayout);
        Matrix c = matrix(3, mkn[0], mkn[2], Layout.WIDE_ROWS);
        Matrix before = copy(c);
        kernel.multiply(a, b, c, accumulate);
        requireProduct(subject, a, b, accumulate ? before : zero(c), c);
        requireNothingElseWritten(before, c);
    }

    /** C starts as NaN: it must be overwritten. */
    private static void comparePlus(MatmulKernel kernel, Subject subject, int[] mkn, Layout bLayout) {
        Matrix a = matrix(1, mkn[0], mkn[1], Layout.ROW_MAJOR);
        Matrix b = matrix(2, mkn[1], mkn[2], bLayout);
        Matrix bias = matrix(4, 1, mkn[2], bLayout);
        Matrix c = matrix(3, mkn[0], mkn[2], Layout.WIDE_ROWS);
        Matrix before = copy(c);
        for (int m = 0; m < c.rows(); m++) {
            for (int n = 0; n < c.columns(); n++) {
                c.set(m, n, Float.NaN);
            }
        }
        kernel.multiplyPlus(a, b, bias, c);
        requireProduct(subject, a, b, new Matrix(bias.data(), bias.offset(), c.rows(), c.columns(), 0, bias.columnStride()), c);
        requireNothingElseWritten(before, c);
    }

    /** Three products side by side, as heads lie: A and C interleaved row by row, B shared by all. */
    private static void compareBatch(MatmulKernel kernel, Subject subject, int[] mkn, Layout bLayout) {
        int count = 3;
        MatrixBatch a = heads(1, count, mkn[0], mkn[1]);
        MatrixBatch b = new MatrixBatch(matrix(2, mkn[1], mkn[2], bLayout), count, 0);
        MatrixBatch c = heads(3, count, mkn[0], mkn[2]);
        for (boolean accumulate : new boolean[] {false, true}) {
            Matrix before = copy(c.first());
            kernel.multiplyBatch(a, b, c, accumulate);
            MatrixBatch starts = new MatrixBatch(before, count, c.stride());
            for (int i = 0; i < count; i++) {
                requireProduct(subject, a.get(i), b.get(i), accumulate ? starts.get(i) : zero(c.first()), c.get(i));
            }
        }
    }

    private static MatrixBatch heads(long place, int count, int rows, int columns) {
        Tensor all = Samples.normal(place, rows, (long) count * columns);
        return new MatrixBatch(new Matrix(all.floats(), 0, rows, columns, count * columns, 1), count, columns);
    }

    static Matrix copy(Matrix m) {
        return new Matrix(m.data().clone(), m.offset(), m.rows(), m.columns(), m.rowStride(), m.columnStride());
    }

    static Matrix zero(Matrix c) {
        return new Matrix(new float[1], 0, c.rows(), c.columns(), 0, 0);
    }

    /** Every element of C is its start and the products, k ascending. */
    static void requireProduct(Subject subject, Matrix a, Matrix b, Matrix start, Matrix c) {
        boolean fmaClass = subject.numerics().equals(MatmulKernel.FMA_K_ASCENDING);
        for (int m = 0; m < c.rows(); m++) {
            for (int n = 0; n < c.columns(); n++) {
                float fused = start.get(m, n);
                double exact = fused;
                double magnitude = Math.abs(fused);
                for (int k = 0; k < a.columns(); k++) {
                    exact += (double) a.get(m, k) * b.get(k, n);
                    magnitude += Math.abs((double) a.get(m, k) * b.get(k, n));
                    fused = Math.fma(a.get(m, k), b.get(k, n), fused);
                }
                Checks.close(exact, c.get(m, n), 2 * (a.columns() + 1) * Samples.UNIT_ROUNDOFF * magnitude, "element (%d,%d)", m, n);
                if (fmaClass) {
                    Checks.that(Float.floatToRawIntBits(fused) == Float.floatToRawIntBits(c.get(m, n)),
                            "it claims %s but element (%d,%d) is %s, not %s", subject.numerics(), m, n, c.get(m, n), fused);
                }
            }
        }
    }

    /** What lies between the rows of C is not the kernel's. */
    static void requireNothingElseWritten(Matrix before, Matrix after) {
        float[] expected = before.data().clone();
        for (int m = 0; m < after.rows(); m++) {
            for (int n = 0; n < after.columns(); n++) {
                int at = after.offset() + m * after.rowStride() + n * after.columnStride();
                expected[at] = after.data()[at];
            }
        }
        Checks.that(java.util.Arrays.equals(expected, after.data()), "it wrote outside C");
    }

    private static Matrix matrix(long place, int rows, int columns, Layout layout) {
        return switch (layout) {
            case ROW_MAJOR -> Matrix.of(Samples.normal(place, rows, columns));
            case TRANSPOSED -> Matrix.of(Samples.normal(place, columns, rows)).transposed();
            case WIDE_ROWS -> {
                Tensor wide = Samples.normal(place, rows, columns + 3L);
                yield new Matrix(wide.floats(), rows == 0 ? 0 : 2, rows, columns, columns + 3, 1);
            }
        };
    }

    private static Matrix result(int rows, int columns) {
        return Matrix.of(rows, columns, new float[rows * columns]);
    }
}
