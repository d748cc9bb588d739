package org.llmsys.vector.matmul;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;

class PanelRowsTest {

    private static final int[][] SIZES = {{1, 32, 1}, {1, 64, 15}, {1, 96, 17}, {3, 32, 33}, {4, 96, 64}, {5, 160, 100}, {8, 64, 207}, {6, 320, 47}, {9, 64, 31}, {13, 288, 48}, {70, 416, 75}};

    @ParameterizedTest
    @EnumSource(names = {"F32", "Q8_0", "Q4_0", "F16", "BF16"})
    @DisplayName("registers, several rows and threads give the reference's bits, with and without bias, from turned rows, into strided results")
    void bitsOfTheReference(DType type) {
        try (WorkerPool pool = WorkerPool.of(3)) {
            for (WorkerPool threads : new WorkerPool[] {WorkerPool.SERIAL, pool}) {
                VectorMatmul vector = new VectorMatmul(threads);
                for (int[] size : SIZES) {
                    check(vector, type, size[0], size[1], size[2]);
                }
            }
        }
    }

    private static void check(VectorMatmul vector, DType type, int m, int k, int n) {
        Tensor rows = normal(n * k, 1).reshape(n, k);
        rows.floats()[0] = 3e-6f;                                        // subnormal in F16
        WeightPanels panels = WeightPanels.of(List.of(rows.to(type)));
        Matrix a = Matrix.of(m, k, normal(m * k, 2).floats());
        Matrix turned = new Matrix(normal(m * k, 3).floats(), 0, m, k, 1, m);
        Matrix bias = Matrix.of(1, n, normal(n, 4).floats());
        for (Matrix x : new Matrix[] {a, turned}) {
            for (Matrix start : new Matrix[] {null, bias}) {
                Matrix expected = Matrix.of(m, n, normal(m * n, 5).floats());
                Matrix found = Matrix.of(m, n, normal(m * n, 6).floats());
                MatmulKernel.naive().multiplyPanels(x, panels, start, expected);
                vector.multiplyPanels(x, panels, start, found);
                assertArrayEquals(expected.data(), found.data(), type + " " + m + "x" + k + "x" + n);
                Matrix apart = new Matrix(new float[2 * m * n], 1, m, n, 1, m);
                vector.multiplyPanels(x, panels, start, apart);
                assertEquals(expected.get(m - 1, n - 1), apart.get(m - 1, n - 1));
                assertEquals(expected.get(0, n - 1), apart.get(0, n - 1));
            }
        }
    }

    private static Tensor normal(int size, long seed) {
        Tensor x = Tensor.zeros(size);
        RandomStream random = RandomStream.at(seed);
        for (int i = 0; i < size; i++) {
            x.floats()[i] = (float) random.nextGaussian();
        }
        return x;
    }
}
