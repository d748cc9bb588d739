package org.llmsys.testkit.internal;

import java.util.Arrays;
import java.util.List;

import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;
import org.llmsys.testkit.Checks;
import org.llmsys.testkit.Contract.Subject;
import org.llmsys.testkit.Samples;

/**
 * What every matrix multiplication promises over weights in panels: the product with the weights as their type rounded them, of the numerics
 * class that the kernel claims, whether rows come alone or together.
 */
final class PanelPromises {

    private static final DType[] TYPES = {DType.F32, DType.Q8_0, DType.Q4_0, DType.F16, DType.BF16};

    /** K, N: depths of one block, of some, odd ones for types without blocks; columns of one, of a panel, of a little more or less. */
    private static final int[][] SIZES = {{32, 1}, {64, 17}, {96, 33}, {160, 64}, {288, 100}, {1, 5}, {37, 31}, {207, 65}};

    private PanelPromises() {
    }

    static void check(MatmulKernel kernel, Subject subject, Checks checks) {
        for (DType type : TYPES) {
            for (int[] size : SIZES) {
                if (type.blocked() && size[0] % 32 != 0) {
                    continue;
                }
                checks.promise("1 to 9 rows over panels of " + type + ", K,N " + size[0] + "," + size[1] + ", a bias added or none", () -> {
                    for (int rows = 1; rows <= 9; rows++) {
                        compare(kernel, subject, type, rows, size[0], size[1]);
                    }
                });
                checks.promise("a row alone and among nine over panels of " + type + ", K,N " + size[0] + "," + size[1],
                        () -> alone(kernel, type, size[0], size[1]));
            }
            checks.promise("panels of two matrices of " + type + " side by side are one", () -> sideBySide(kernel, subject, type));
        }
        checks.promise("panels that do not fit are refused, and a bias of another length", () -> {
            WeightPanels panels = WeightPanels.of(List.of(weights(DType.F16, 5, 3)));
            Checks.refused("3 inputs for 4", () -> kernel.multiplyPanels(zeros(1, 4), panels, null, zeros(1, 5)));
            Checks.refused("5 outputs into 6", () -> kernel.multiplyPanels(zeros(1, 3), panels, null, zeros(1, 6)));
            Checks.refused("a bias of 4", () -> kernel.multiplyPanels(zeros(1, 3), panels, zeros(1, 4), zeros(1, 5)));
        });
        checks.promise("many threads may call at once over one set of panels", () -> {
            WeightPanels panels = WeightPanels.of(List.of(weights(DType.Q8_0, 65, 64)));
            Checks.sameOnManyThreads(() -> {
                Matrix c = zeros(5, 65);
                kernel.multiplyPanels(Matrix.of(Samples.normal(1, 5, 64)), panels, null, c);
                return Arrays.hashCode(c.data());
            });
        });
    }

    /** (N,K), as files have them. */
    private static Tensor weights(DType type, int columns, int depth) {
        return Samples.normal(2, columns, depth).to(type);
    }

    /** The same as (K,N) in F32. */
    private static Matrix widened(Tensor weights) {
        return Matrix.of(weights.to(DType.F32)).transposed();
    }

    /** A with rows that lie apart, or turned; C with rows that lie apart, or turned; with a bias and without. */
    private static void compare(MatmulKernel kernel, Subject subject, DType type, int rows, int depth, int columns) {
        Tensor weights = weights(type, columns, depth);
        WeightPanels panels = WeightPanels.of(List.of(weights));
        Matrix wide = widened(weights);
        Matrix bias = Matrix.of(Samples.normal(4, 1, columns));
        float[] numbers = Samples.normal(1, rows, depth + 3L).floats();
        Matrix apart = new Matrix(numbers, 2, rows, depth, depth + 3, 1);
        Matrix turned = new Matrix(numbers, 1, rows, depth, 1, rows);
        for (Matrix a : List.of(apart, turned)) {
            for (Matrix start : new Matrix[] {null, bias}) {
                for (boolean lying : new boolean[] {false, true}) {
                    float[] room = Samples.normal(3, rows + 2L, columns + 5L).floats();
                    Matrix c = lying ? new Matrix(room, 4, rows, columns, 1, rows + 1) : new Matrix(room, 3, rows, columns, columns + 5, 1);
                    Matrix before = MatmulContract.copy(c);
                    kernel.multiplyPanels(a, panels, start, c);
                    Matrix from = start == null ? MatmulContract.zero(c) : new Matrix(bias.data(), 0, rows, columns, 0, 1);
                    MatmulContract.requireProduct(subject, a, wide, from, c);
                    MatmulContract.requireNothingElseWritten(before, c);
                }
            }
        }
    }

    private static void alone(MatmulKernel kernel, DType type, int depth, int columns) {
        WeightPanels panels = WeightPanels.of(List.of(weights(type, columns, depth)));
        Matrix a = Matrix.of(Samples.normal(1, 9, depth));
        Matrix bias = Matrix.of(Samples.normal(4, 1, columns));
        Matrix together = zeros(9, columns);
        kernel.multiplyPanels(a, panels, bias, together);
        for (int row = 0; row < 9; row++) {
            Matrix one = zeros(1, columns);
            kernel.multiplyPanels(new Matrix(a.data(), row * depth, 1, depth, depth, 1), panels, bias, one);
            for (int n = 0; n < columns; n++) {
                Checks.that(Float.floatToRawIntBits(one.get(0, n)) == Float.floatToRawIntBits(together.get(row, n)),
                        "row %d, column %d is %s alone and %s among nine", row, n, one.get(0, n), together.get(row, n));
            }
        }
    }

    private static void sideBySide(MatmulKernel kernel, Subject subject, DType type) {
        Tensor both = weights(type, 50, 64);
        Tensor first = Samples.normal(2, 50, 64).slice(0, 0, 33).copy().to(type);
        Tensor second = Samples.normal(2, 50, 64).slice(0, 33, 50).copy().to(type);
        Matrix a = Matrix.of(Samples.normal(1, 3, 64));
        Matrix c = zeros(3, 50);
        kernel.multiplyPanels(a, WeightPanels.of(List.of(first, second)), null, c);
        MatmulContract.requireProduct(subject, a, widened(both), MatmulContract.zero(c), c);
    }

    private static Matrix zeros(int rows, int columns) {
        return Matrix.of(rows, columns, new float[rows * columns]);
    }
}
