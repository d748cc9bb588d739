package org.llmsys.python.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicReference;

import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.Matrix;
import org.llmsys.tensor.Tensor;

/**
 * The product of matrices that lie outside the Java heap, in memory of any size: read where they lie, written where the result lies.
 *
 * <pre>
 *   C[m,n] = sum over k ascending of A[m,k] * B[k,n]
 * </pre>
 *
 * <p>Kernels compute on arrays, so a panel of A and one of B are packed into arrays first, as every fast product packs its operands. The panels have
 * a bounded size and are used again; no matrix is ever copied whole because it is large. A long K is cut in order, with the next piece added to what
 * is there, so a kernel of the class {@link MatmulKernel#FMA_K_ASCENDING} gives the same bits as over whole matrices.
 */
final class Panels {

    /** Most elements of one panel: 16 MB. */
    private static final int ELEMENTS = 1 << 22;
    /** Longest piece of K, and most rows of A: with these a panel of B has 1024 columns or more. */
    private static final int LONGEST = 1 << 12;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Arrays that are kept for the next product. One set is enough for one thread; another makes its own and the last one stays. */
    private static final class Arrays {

        private float[] a = new float[0];
        private float[] b = new float[0];
        private float[] c = new float[0];

        void reach(long a, long b, long c) {
            this.a = atLeast(this.a, (int) a);
            this.b = atLeast(this.b, (int) b);
            this.c = atLeast(this.c, (int) c);
        }

        private static float[] atLeast(float[] array, int size) {
            return array.length < size ? new float[size] : array;
        }
    }

    private final AtomicReference<Arrays> kept = new AtomicReference<>();

    /** C = A·B for F32 tensors of rank 2: (M,K), (K,N), (M,N). C must not overlap A or B. */
    void multiply(MatmulKernel kernel, Tensor a, Tensor b, Tensor c) {
        long rows = c.shape().extent(0);
        long columns = c.shape().extent(1);
        long inner = a.shape().extent(1);
        int depth = (int) Math.min(inner, LONGEST);
        int width = (int) Math.min(columns, ELEMENTS / Math.max(1, depth));
        int height = (int) Math.min(rows, Math.min(LONGEST, ELEMENTS / Math.max(1, Math.max(depth, width))));
        Arrays arrays = kept.getAndSet(null);
        arrays = arrays == null ? new Arrays() : arrays;
        arrays.reach((long) height * depth, (long) depth * width, (long) height * width);
        for (long n = 0; n < columns; n += width) {
            int w = (int) Math.min(width, columns - n);
            for (long m = 0; m < rows; m += height) {
                int h = (int) Math.min(height, rows - m);
                Matrix product = new Matrix(arrays.c, 0, h, w, w, 1);
                for (long k = 0; k == 0 || k < inner; k += depth) {     // once for an empty sum, which is 0
                    int d = (int) Math.min(depth, inner - k);
                    pack(a, m, k, h, d, arrays.a);
                    if (m == 0 || inner > depth) {                     // else the panel of B is there already
                        pack(b, k, n, d, w, arrays.b);
                    }
                    kernel.multiply(new Matrix(arrays.a, 0, h, d, d, 1), new Matrix(arrays.b, 0, d, w, w, 1), product, k > 0);
                    if (depth == 0) {
                        break;
                    }
                }
                unpack(arrays.c, c, m, n, h, w);
            }
        }
        kept.set(arrays);
    }

    private static void pack(Tensor t, long row, long column, int rows, int columns, float[] to) {
        MemorySegment memory = t.storage().segment();
        for (int r = 0; r < rows; r++) {
            long at = t.offset() + (row + r) * t.stride(0) + column * t.stride(1);
            if (t.stride(1) == 1) {
                MemorySegment.copy(memory, FLOAT, at * Float.BYTES, to, r * columns, columns);
            } else {
                for (int c = 0; c < columns; c++) {
                    to[r * columns + c] = memory.getAtIndex(FLOAT, at + c * t.stride(1));
                }
            }
        }
    }

    private static void unpack(float[] from, Tensor t, long row, long column, int rows, int columns) {
        MemorySegment memory = t.storage().segment();
        for (int r = 0; r < rows; r++) {
            long at = t.offset() + (row + r) * t.stride(0) + column * t.stride(1);
            if (t.stride(1) == 1) {
                MemorySegment.copy(from, r * columns, memory, FLOAT, at * Float.BYTES, columns);
            } else {
                for (int c = 0; c < columns; c++) {
                    memory.setAtIndex(FLOAT, at + c * t.stride(1), from[r * columns + c]);
                }
            }
        }
    }
}
