package org.llmsys.matmul.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.llmsys.assembly.Provider;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.MatrixBatch;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.WorkerPool;

/** What naive, tiled and parallel promise: the same sums, to the last bit. */
class MatmulProvidersTest {

    private static final WorkerPool TWO = WorkerPool.of(2);
    private static final WorkerPool FOUR = WorkerPool.of(4);

    private static final Map<String, MatmulKernel> PROVIDERS = new TreeMap<>(Map.of(
            "naive", new NaiveMatmul(), "tiled", new TiledMatmul(), "parallel on 1 thread", new ParallelMatmul(WorkerPool.SERIAL),
            "parallel on 2 threads", new ParallelMatmul(TWO), "parallel on 4 threads", new ParallelMatmul(FOUR)));

    static Stream<String> providers() {
        return PROVIDERS.keySet().stream();
    }

    @AfterAll
    static void stopThreads() {
        TWO.close();
        FOUR.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    @DisplayName("(2,3) times (3,2) by hand, overwriting and accumulating")
    void byHand(String name) {
        MatmulKernel kernel = PROVIDERS.get(name);
        Matrix a = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        Matrix b = Matrix.of(3, 2, 7, 8, 9, 10, 11, 12);
        Matrix c = Matrix.of(2, 2, Float.NaN, Float.NaN, Float.NaN, Float.NaN);
        kernel.multiply(a, b, c, false);
        assertArrayEquals(new float[] {58, 64, 139, 154}, c.data());
        kernel.multiply(a, b, c, true);
        assertArrayEquals(new float[] {116, 128, 278, 308}, c.data());
        Matrix three = Matrix.of(3, 3, new float[9]);
        kernel.multiply(a.transposed(), b.transposed(), three, false);
        assertArrayEquals(new float[] {39, 49, 59, 54, 68, 82, 69, 87, 105}, three.data());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    @DisplayName("a bias of 10 20 is added to both rows of (2,3)·(3,2), in any layout; a bias of another length is refused")
    void bias(String name) {
        MatmulKernel kernel = PROVIDERS.get(name);
        Matrix a = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        Matrix b = Matrix.of(3, 2, 7, 8, 9, 10, 11, 12);
        Matrix c = Matrix.of(2, 2, Float.NaN, Float.NaN, Float.NaN, Float.NaN);
        kernel.multiplyPlus(a, b, Matrix.of(1, 2, 10, 20), c);
        assertArrayEquals(new float[] {68, 84, 149, 174}, c.data());
        kernel.multiplyPlus(a, b, new Matrix(new float[] {20, 0, 10}, 2, 1, 2, 1, -2), c.transposed());
        assertArrayEquals(new float[] {68, 149, 84, 174}, c.data());
        ShapeException wrong = assertThrows(ShapeException.class, () -> kernel.multiplyPlus(a, b, Matrix.of(1, 3, 1, 2, 3), c));
        assertEquals("matmul: bias (1, 3) and (2, 2) do not fit", wrong.getMessage());
        assertThrows(ShapeException.class, () -> kernel.multiplyPlus(a, b, Matrix.of(2, 2, 1, 2, 3, 4), c));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    @DisplayName("a batch is each of its products: the second operand shared, batches of none and of different counts")
    void batch(String name) {
        MatmulKernel kernel = PROVIDERS.get(name);
        MatrixBatch a = new MatrixBatch(Matrix.of(1, 2, 1, 2, 3, 4, 5, 6), 3, 2);            // (3,1,2)
        MatrixBatch b = new MatrixBatch(Matrix.of(2, 2, 1, 10, 100, 1000), 3, 0);             // (3,2,2)
        MatrixBatch c = new MatrixBatch(new Matrix(new float[9], 0, 1, 2, 2, 1), 3, 3);       // a gap after each
        kernel.multiplyBatch(a, b, c, false);
        kernel.multiplyBatch(a, b, c, true);
        assertArrayEquals(new float[] {402, 4020, 0, 806, 8060, 0, 1210, 12100, 0}, c.first().data());
        kernel.multiplyBatch(new MatrixBatch(a.first(), 0, 2), new MatrixBatch(b.first(), 0, 0), new MatrixBatch(c.first(), 0, 3), false);
        ShapeException counts = assertThrows(ShapeException.class, () -> kernel.multiplyBatch(a, new MatrixBatch(b.first(), 2, 0), c, false));
        assertEquals("batches of 3, 2 and 3 matrices differ", counts.why());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    @DisplayName("on awkward shapes, strides and offsets, both ways: bit for bit the fused sum over ascending k, and nothing else written")
    void isOfItsNumericsClass(String name) {
        int[][] shapes = {{1, 1, 1}, {1, 13, 1}, {13, 1, 207}, {207, 13, 1}, {1, 207, 300}, {13, 207, 13}, {64, 64, 128}, {65, 65, 129},
            {130, 67, 257}, {63, 3, 127}, {5, 200, 5}};
        for (int[] shape : shapes) {
            for (int layout = 0; layout < 8; layout++) {
                Matrix a = random(shape[0], shape[1], (layout & 1) != 0, 1);
                Matrix b = random(shape[1], shape[2], (layout & 2) != 0, 2);
                Matrix c = random(shape[0], shape[2], (layout & 4) != 0, 3);
                for (boolean accumulate : new boolean[] {false, true}) {
                    assertSameBits(PROVIDERS.get(name), a, b, c, accumulate);
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    @DisplayName("minus zero, NaN, infinities and subnormal numbers go through as in the plain loop")
    void specialValues(String name) {
        float[] values = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, Float.MAX_VALUE, 1, -1};
        Matrix a = Matrix.of(9, 9, new float[81]);
        Matrix b = Matrix.of(9, 9, new float[81]);
        for (int i = 0; i < 81; i++) {
            a.data()[i] = values[i / 9];
            b.data()[i] = values[i % 9];
        }
        assertSameBits(PROVIDERS.get(name), a, b, Matrix.of(9, 9, new float[81]), false);
        Matrix column = Matrix.of(9, 1, values.clone());
        Matrix row = Matrix.of(1, 9, values.clone());
        Matrix negativeZeros = Matrix.of(9, 9, new float[81]);
        Arrays.fill(negativeZeros.data(), -0f);
        assertSameBits(PROVIDERS.get(name), column, row, negativeZeros, true);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    @DisplayName("M, K or N of 0: K = 0 overwrites with zeros or leaves C; nothing to write is no error")
    void empty(String name) {
        MatmulKernel kernel = PROVIDERS.get(name);
        Matrix c = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);
        kernel.multiply(Matrix.of(2, 0), Matrix.of(0, 3), c, true);
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, c.data());
        kernel.multiply(Matrix.of(2, 0), Matrix.of(0, 3), c, false);
        assertArrayEquals(new float[6], c.data());
        kernel.multiply(Matrix.of(0, 3), Matrix.of(3, 2, 1, 2, 3, 4, 5, 6), Matrix.of(0, 2), false);
        kernel.multiply(Matrix.of(2, 3, 1, 2, 3, 4, 5, 6), Matrix.of(3, 0), Matrix.of(2, 0), false);
        kernel.multiply(Matrix.of(0, 0), Matrix.of(0, 0), Matrix.of(0, 0), true);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    @DisplayName("a row repeated by stride 0 is a fine operand")
    void broadcastOperand(String name) {
        Matrix b = new Matrix(new float[] {1, 2, 3}, 0, 4, 3, 0, 1);
        Matrix c = Matrix.of(1, 3, new float[3]);
        PROVIDERS.get(name).multiply(Matrix.of(1, 4, 1, 1, 1, 1), b, c, false);
        assertArrayEquals(new float[] {4, 8, 12}, c.data());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    @DisplayName("207 x 521 x 131: every element within 2 K u (|A||B|) of the sum in double")
    void tolerance(String name) {
        Matrix a = random(207, 521, false, 4);
        Matrix b = random(521, 131, true, 5);
        Matrix c = random(207, 131, false, 6);
        PROVIDERS.get(name).multiply(a, b, c, false);
        for (int m = 0; m < c.rows(); m++) {
            for (int n = 0; n < c.columns(); n++) {
                double exact = 0;
                double magnitude = 0;
                for (int k = 0; k < a.columns(); k++) {
                    double product = (double) a.get(m, k) * b.get(k, n);
                    exact += product;
                    magnitude += Math.abs(product);
                }
                assertEquals(exact, c.get(m, n), 2 * a.columns() * 0x1p-24 * magnitude);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("providers")
    @DisplayName("shapes that do not fit are refused, naming both, before anything is written")
    void refuses(String name) {
        MatmulKernel kernel = PROVIDERS.get(name);
        Matrix c = Matrix.of(2, 5, new float[10]);
        ShapeException inner = assertThrows(ShapeException.class,
                () -> kernel.multiply(Matrix.of(2, 3, new float[6]), Matrix.of(4, 5, new float[20]), c, false));
        assertEquals("matmul: (2, 3) and (4, 5) do not fit", inner.getMessage());
        assertEquals("inner dimensions 3 and 4 differ", inner.why());
        ShapeException result = assertThrows(ShapeException.class,
                () -> kernel.multiply(Matrix.of(2, 3, new float[6]), Matrix.of(3, 4, new float[12]), c, false));
        assertEquals("matmul: (2, 3)·(3, 4) and (2, 5) do not fit", result.getMessage());
        assertEquals("the product has 2 rows and 4 columns", result.why());
    }

    @Test
    @DisplayName("all three declare slot, algorithm and numerics class, and their names")
    void declarations() {
        for (Class<?> type : new Class<?>[] {NaiveMatmul.class, TiledMatmul.class, ParallelMatmul.class}) {
            Provider provider = type.getAnnotation(Provider.class);
            assertEquals("matmul", provider.slot());
            assertEquals(MatmulKernel.ALGORITHM, provider.algorithm());
            assertEquals("fma-k-ascending", provider.numerics());
            assertTrue(type.getSimpleName().toLowerCase().startsWith(provider.name()));
        }
    }

    /** The definition of the class, written here once more, over the whole array of C: what lies between its rows must stay. */
    private static void assertSameBits(MatmulKernel kernel, Matrix a, Matrix b, Matrix c, boolean accumulate) {
        Matrix expected = new Matrix(c.data().clone(), c.offset(), c.rows(), c.columns(), c.rowStride(), c.columnStride());
        for (int m = 0; m < c.rows(); m++) {
            for (int n = 0; n < c.columns(); n++) {
                float sum = accumulate ? c.get(m, n) : 0;
                for (int k = 0; k < a.columns(); k++) {
                    sum = Math.fma(a.get(m, k), b.get(k, n), sum);
                }
                expected.set(m, n, sum);
            }
        }
        Matrix actual = new Matrix(c.data().clone(), c.offset(), c.rows(), c.columns(), c.rowStride(), c.columnStride());
        kernel.multiply(a, b, actual, accumulate);
        assertArrayEquals(bits(expected.data()), bits(actual.data()),
                () -> a.shapeText() + "·" + b.shapeText() + (accumulate ? " accumulating" : "")
                        + ", C with strides " + c.rowStride() + ", " + c.columnStride());
    }

    private static int[] bits(float[] data) {
        int[] bits = new int[data.length];
        Arrays.setAll(bits, i -> Float.floatToIntBits(data[i]));
        return bits;
    }

    /** Random elements with gaps: an offset of 3, rows 2 apart when row-major, columns 5 apart when transposed. */
    private static Matrix random(int rows, int columns, boolean transposed, long place) {
        int rowStride = transposed ? 1 : columns + 2;
        int columnStride = transposed ? rows + 5 : 1;
        float[] data = new float[3 + rows * columns + 5 * (rows + columns)];
        RandomStream random = RandomStream.at(11, place, rows, columns);
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) random.nextGaussian();
        }
        return new Matrix(data, 3, rows, columns, rowStride, columnStride);
    }
}
