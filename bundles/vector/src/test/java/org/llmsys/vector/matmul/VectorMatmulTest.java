package org.llmsys.vector.matmul;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.MatrixBatch;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.WorkerPool;

/** The class {@code fma-k-ascending} means the bits of the naive loops, whatever path a product takes. */
class VectorMatmulTest {

    /** Sizes around the tile (6, 12; 2 vectors), the groups of eight, the few-row path and the block of K. */
    private static final int[] AWKWARD = {0, 1, 2, 7, 8, 9, 12, 13, 32, 33, 207};

    private static final List<MatmulKernel> KERNELS = List.of(
            new VectorMatmul(WorkerPool.SERIAL, new MicroKernel12x2()), new VectorMatmul(WorkerPool.SERIAL, new MicroKernel6x2()));

    @Test
    @DisplayName("(1 2 3; 4 5 6) · (7 8; 9 10; 11 12) = (58 64; 139 154), and twice that when accumulated")
    void byHand() {
        for (MatmulKernel kernel : KERNELS) {
            Matrix c = Matrix.of(2, 2, new float[4]);
            kernel.multiply(Matrix.of(2, 3, 1, 2, 3, 4, 5, 6), Matrix.of(3, 2, 7, 8, 9, 10, 11, 12), c, false);
            assertArrayEquals(new float[] {58, 64, 139, 154}, c.data());
            kernel.multiply(Matrix.of(2, 3, 1, 2, 3, 4, 5, 6), Matrix.of(3, 2, 7, 8, 9, 10, 11, 12), c, true);
            assertArrayEquals(new float[] {116, 128, 278, 308}, c.data());
        }
    }

    @Test
    @DisplayName("every combination of awkward M, N, K gives naive's bits, in both micro-kernels, overwriting and accumulating")
    void awkwardSizes() {
        for (int m : AWKWARD) {
            for (int n : AWKWARD) {
                for (int k : AWKWARD) {
                    requireNaiveBits(random(m, k, 1), random(k, n, 2), m, n, Layout.ROWS);
                }
            }
        }
    }

    @Test
    @DisplayName("operands and results that are transposed, gapped or reversed give naive's bits and touch nothing between")
    void awkwardStrides() {
        int[][] shapes = {{1, 65, 300}, {2, 130, 140}, {3, 40, 17}, {40, 3, 17}, {13, 50, 9}, {50, 70, 33}, {5, 5, 5}, {70, 1, 40}};
        for (int[] s : shapes) {
            for (Layout layoutA : Layout.values()) {
                for (Layout layoutB : Layout.values()) {
                    for (Layout layoutC : Layout.values()) {
                        requireNaiveBits(layoutA.random(s[0], s[2], 3), layoutB.random(s[2], s[1], 4), s[0], s[1], layoutC);
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("a row times a transposed matrix, as in decoding with a tied head: naive's bits, also for rows a page apart, short rows and tails")
    void transposedRows() {
        for (int[] kn : new int[][] {{1024, 40}, {288, 15000}, {64, 17}, {65, 16}, {7, 700}, {8, 600}, {203, 31}}) {
            requireNaiveBits(random(1, kn[0], 15), Layout.COLUMNS.random(kn[0], kn[1], 16), 1, kn[1], Layout.ROWS);
            requireNaiveBits(Layout.GAPS.random(1, kn[0], 15), Layout.COLUMNS.random(kn[0], kn[1], 16), 1, kn[1], Layout.GAPS);
        }
    }

    @Test
    @DisplayName("the edges of the tiles: 1 to 33 columns beside whole panels, rows that end a low tile early, naive's bits")
    void edges() {
        for (int columns = 1; columns <= 33; columns++) {
            requireNaiveBits(random(12 + columns, 20, 17), random(20, 64 + columns, 18), 12 + columns, 64 + columns, Layout.ROWS);
        }
    }

    @Test
    @DisplayName("a batch on 1, 2 and 4 threads: every product has naive's bits, large ones, small ones and hundreds of tiny ones")
    void batches() {
        for (int[] s : new int[][] {{3, 70, 300, 220}, {8, 33, 48, 31}, {500, 2, 3, 4}, {4, 1, 65, 130}, {2, 0, 3, 2}, {2, 3, 0, 2}}) {
            Matrix a = random(s[1], s[0] * s[2], 19);                                            // heads side by side
            Matrix b = Layout.COLUMNS.random(s[2], s[3], 20);
            MatrixBatch heads = new MatrixBatch(new Matrix(a.data(), a.offset(), s[1], s[2], a.rowStride(), 1), s[0], s[2]);
            MatrixBatch shared = new MatrixBatch(b, s[0], 0);
            float[] expected = new float[s[0] * s[1] * s[3]];
            MatmulKernel.naive().multiplyBatch(heads, shared, results(s, expected), false);
            MatmulKernel.naive().multiplyBatch(heads, shared, results(s, expected), true);
            for (int threads : new int[] {1, 2, 4}) {
                try (WorkerPool pool = WorkerPool.of(threads)) {
                    MatmulKernel kernel = new VectorMatmul(pool);
                    float[] c = new float[expected.length];
                    kernel.multiplyBatch(heads, shared, results(s, c), false);
                    kernel.multiplyBatch(heads, shared, results(s, c), true);
                    assertArrayEquals(expected, c);
                }
            }
        }
    }

    private static MatrixBatch results(int[] s, float[] data) {
        return new MatrixBatch(new Matrix(data, 0, s[1], s[3], s[3], 1), s[0], s[1] * s[3]);
    }

    @Test
    @DisplayName("blocks of K, M and N that do not fit once are joined without losing a bit")
    void largerThanABlock() {
        requireNaiveBits(random(9, 1100, 5), random(1100, 37, 6), 9, 37, Layout.ROWS);
        requireNaiveBits(random(3100, 11, 7), random(11, 40, 8), 3100, 40, Layout.ROWS);
        requireNaiveBits(random(40, 11, 9), Layout.COLUMNS.random(11, 3200, 10), 40, 3200, Layout.ROWS);
    }

    @Test
    @DisplayName("1, 2 and 4 threads, and four callers at once, give the same bits, for many rows, few and one, B either way")
    void anyNumberOfThreads() {
        for (int rows : new int[] {207, 5, 1}) {
            requireSameBits(random(rows, 300, 11), random(300, 515, 12), rows);
            requireSameBits(random(rows, 300, 11), Layout.COLUMNS.random(300, 515, 12), rows);
        }
    }

    private static void requireSameBits(Matrix a, Matrix b, int rows) {
        float[] expected = new float[rows * 515];
        MatmulKernel.naive().multiply(a, b, Matrix.of(rows, 515, expected), false);
        for (int threads : new int[] {1, 2, 4}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                MatmulKernel kernel = new VectorMatmul(pool);
                List<CompletableFuture<float[]>> callers = IntStream.range(0, 4).mapToObj(caller -> CompletableFuture.supplyAsync(() -> {
                    float[] c = new float[rows * 515];
                    kernel.multiply(a, b, Matrix.of(rows, 515, c), false);
                    return c;
                })).toList();
                callers.forEach(caller -> assertArrayEquals(expected, caller.join()));
            }
        }
    }

    @Test
    @DisplayName("infinities, NaN and negative zero come out as from naive")
    void specialValues() {
        for (int rows : new int[] {2, 20}) {
            Matrix a = random(rows, 40, 13);
            Matrix b = random(40, 50, 14);
            a.set(0, 3, Float.POSITIVE_INFINITY);
            a.set(1, 5, Float.NaN);
            b.set(7, 9, Float.NEGATIVE_INFINITY);
            for (int k = 0; k < 40; k++) {
                b.set(k, 11, -0f);
            }
            requireNaiveBits(a, b, rows, 50, Layout.ROWS);
        }
    }

    @Test
    @DisplayName("shapes that do not fit are refused with both shapes in the message")
    void refusesWrongShapes() {
        ShapeException e = assertThrows(ShapeException.class,
                () -> KERNELS.getFirst().multiply(random(2, 3, 1), random(4, 5, 1), random(2, 5, 1), false));
        assertEquals(true, e.getMessage().contains("(2, 3)") && e.getMessage().contains("(4, 5)"), e.getMessage());
    }

    @Test
    @DisplayName("a copy that no array could hold is refused before anything is computed")
    void refusesWhatOverflows() {
        Matrix one = new Matrix(new float[1], 0, 1 << 16, 1 << 16, 0, 0);                        // one element, 2^32 times
        ShapeException e = assertThrows(ShapeException.class, () -> KERNELS.getFirst().multiply(one, one, one, false));
        assertEquals("it is not contiguous, and a copy of 4294967296 elements does not fit an array", e.why());
    }

    private static void requireNaiveBits(Matrix a, Matrix b, int rows, int columns, Layout layout) {
        for (Way way : Way.values()) {
            Matrix bias = layout.random(1, columns, 98);
            Matrix expected = layout.random(rows, columns, 99);
            way.multiply(MatmulKernel.naive(), a, b, bias, expected);
            for (MatmulKernel kernel : KERNELS) {
                Matrix c = layout.random(rows, columns, 99);
                way.multiply(kernel, a, b, bias, c);
                assertArrayEquals(expected.data(), c.data(), () -> "A (" + a.rows() + ", " + a.columns() + ") B columns " + columns
                        + ", C " + layout + ", " + way);
            }
        }
    }

    /** What the sums start from. */
    private enum Way {
        ZERO, C, BIAS;

        void multiply(MatmulKernel kernel, Matrix a, Matrix b, Matrix bias, Matrix c) {
            if (this == BIAS) {
                kernel.multiplyPlus(a, b, bias, c);
            } else {
                kernel.multiply(a, b, c, this == C);
            }
        }
    }

    private static Matrix random(int rows, int columns, int seed) {
        return Layout.ROWS.random(rows, columns, seed);
    }

    /** Ways a matrix can lie in an array. */
    private enum Layout {
        ROWS, COLUMNS, GAPS, REVERSED;

        Matrix random(int rows, int columns, int seed) {
            int size = rows * columns;
            return switch (this) {
                case ROWS -> new Matrix(numbers(size + 3, seed), 3, rows, columns, columns, 1);
                case COLUMNS -> new Matrix(numbers(size + 1, seed), 1, rows, columns, 1, rows);
                case GAPS -> new Matrix(numbers(size * 6, seed), 0, rows, columns, columns * 6, 2);
                case REVERSED -> new Matrix(numbers(size, seed), Math.max(0, size - 1), rows, columns, -columns, -1);
            };
        }

        private static float[] numbers(int size, int seed) {
            java.util.Random random = new java.util.Random(seed);
            float[] numbers = new float[size];
            for (int i = 0; i < size; i++) {
                numbers[i] = random.nextFloat() * 2 - 1;
            }
            return numbers;
        }
    }
}
