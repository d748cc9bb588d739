package org.llmsys.testkit.internal;

import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract;
import org.llmsys.testkit.Samples;
import org.osgi.service.component.annotations.Component;

/**
 * Every matrix multiplication: right within {@code 2 K u (|A|·|B|)}, any size and stride, and of the numerics class it claims.
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
                        checks.promise("A " + a + ", B " + b + ", M,K,N " + mkn[0] + "," + mkn[1] + "," + mkn[2] + (accumulate ? ", added" : ""),
                                () -> compare(kernel, subject, mkn, a, b, accumulate));
                    }
                }
            }
        }
        checks.promise("shapes that do not fit are refused", () -> {
            Matrix m = Matrix.of(2, 3, new float[6]);
            Checks.refused("(2,3)·(2,3)", () -> kernel.multiply(m, m, Matrix.of(2, 3, new float[6]), false));
            Checks.refused("a result of the wrong shape", () -> kernel.multiply(m, m.transposed(), Matrix.of(2, 3, new float[6]), false));
        });
        checks.promise("many threads may call at once", () -> Checks.sameOnManyThreads(() -> {
            Matrix c = result(33, 31);
            kernel.multiply(matrix(1, 33, 65, Layout.ROW_MAJOR), matrix(2, 65, 31, Layout.TRANSPOSED), c, false);
            return java.util.Arrays.hashCode(c.data());
        }));
    }

    private static void compare(MatmulKernel kernel, Subject subject, int[] mkn, Layout aLayout, Layout bLayout, boolean accumulate) {
        Matrix a = matrix(1, mkn[0], mkn[1], aLayout);
        Matrix b = matrix(2, mkn[1], mkn[2], bLayout);
        Matrix c = matrix(3, mkn[0], mkn[2], Layout.WIDE_ROWS);
        Matrix before = new Matrix(c.data().clone(), c.offset(), c.rows(), c.columns(), c.rowStride(), c.columnStride());
        kernel.multiply(a, b, c, accumulate);
        boolean fmaClass = subject.numerics().equals(MatmulKernel.FMA_K_ASCENDING);
        for (int m = 0; m < mkn[0]; m++) {
            for (int n = 0; n < mkn[2]; n++) {
                float start = accumulate ? before.get(m, n) : 0;
                double exact = start;
                double magnitude = Math.abs(start);
                float fused = start;
                for (int k = 0; k < mkn[1]; k++) {
                    exact += (double) a.get(m, k) * b.get(k, n);
                    magnitude += Math.abs((double) a.get(m, k) * b.get(k, n));
                    fused = Math.fma(a.get(m, k), b.get(k, n), fused);
                }
                Checks.close(exact, c.get(m, n), 2 * (mkn[1] + 1) * Samples.UNIT_ROUNDOFF * magnitude, "element (%d,%d)", m, n);
                if (fmaClass) {
                    Checks.that(Float.floatToRawIntBits(fused) == Float.floatToRawIntBits(c.get(m, n)),
                            "it claims %s but element (%d,%d) is %s, not %s", subject.numerics(), m, n, c.get(m, n), fused);
                }
            }
        }
        requireNothingElseWritten(before, c);
    }

    /** What lies between the rows of C is not the kernel's. */
    private static void requireNothingElseWritten(Matrix before, Matrix after) {
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
