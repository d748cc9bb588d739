package org.llmsys.vector.matmul;

import java.util.Arrays;

import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.WorkerPool;

/**
 * Products with weights in panels: strips are shared among threads, and within a strip four rows meet the weights at once.
 *
 * <p>A strip's sums never depend on who computes them or on the other rows, so one row gives the same bits alone and in a batch, for any
 * number of threads.
 */
final class PanelRows {

    /** Strips that one row takes at once. */
    private static final int FOUR = 4;
    /** Weights that are worth another thread's call. */
    private static final int SMALLEST = 1 << 15;

    private final Scratch scratch;
    private final WorkerPool pool;

    PanelRows(Scratch scratch, WorkerPool pool) {
        this.scratch = scratch;
        this.pool = pool;
    }

    /** @param bias (1,N), or null */
    void multiply(Matrix a, WeightPanels w, Matrix bias, Matrix c) {
        if (a.columnStride() != 1) {
            float[] array = scratch.lend(VectorMatmul.sizeOfCopy(a));
            Matrix beside = Matrix.of(a.rows(), a.columns(), array);
            VectorMatmul.copy(a, beside);
            multiplyInto(beside, w, bias, c);
            scratch.giveBack(array);
        } else {
            multiplyInto(a, w, bias, c);
        }
    }

    private void multiplyInto(Matrix a, WeightPanels w, Matrix bias, Matrix c) {
        if (c.columnStride() == 1) {
            multiplyLying(a, w, bias, c);
            return;
        }
        float[] array = scratch.lend(VectorMatmul.sizeOfCopy(c));
        Matrix beside = Matrix.of(c.rows(), c.columns(), array);
        multiplyLying(a, w, bias, beside);
        VectorMatmul.copy(beside, c);
        scratch.giveBack(array);
    }

    private void multiplyLying(Matrix a, WeightPanels w, Matrix bias, Matrix c) {
        PanelKernel kernel = switch (w.type()) {
            case Q8_0 -> new Q8Panels();
            case Q4_0 -> new Q4Panels();
            case F16 -> new HalfPanels();
            case BF16 -> new Bfloat16Panels();
            case F32, F64, I32, I64 -> throw new IllegalArgumentException("no panels hold " + w.type());
        };
        int strips = Math.ceilDiv(w.columns(), PanelKernel.LANES);
        int each = stripsOfChunk(strips, w.depth(), c.rows());
        pool.run(Math.ceilDiv(strips, each), chunk -> {
            int from = chunk * each;
            int to = Math.min(strips, from + each);
            begin(bias, PanelKernel.column(from), Math.min(w.columns(), PanelKernel.column(to)), c);
            add(kernel, a, w, from, to, c);
        });
    }

    /** Whole groups of four; not many more chunks than threads, so that memory is read straight on. */
    private int stripsOfChunk(int strips, int depth, int rows) {
        long worth = Math.max(FOUR, SMALLEST / Math.max(1, (long) depth * PanelKernel.LANES * rows));
        long fair = pool.threads() == 1 ? strips : Math.ceilDiv(strips, 4L * pool.threads());
        return (int) Math.min(Integer.MAX_VALUE - FOUR, Math.ceilDiv(Math.max(worth, fair), FOUR) * FOUR);
    }

    private static void begin(Matrix bias, int from, int to, Matrix c) {
        for (int m = 0; m < c.rows(); m++) {
            int row = c.offset() + m * c.rowStride();
            if (bias == null) {
                Arrays.fill(c.data(), row + from, row + to, 0);
            } else if (bias.columnStride() == 1) {
                System.arraycopy(bias.data(), bias.offset() + from, c.data(), row + from, to - from);
            } else {
                for (int n = from; n < to; n++) {
                    c.data()[row + n] = bias.get(0, n);
                }
            }
        }
    }

    /** Fours of rows first, strip by strip, so that a strip's weights stay in the nearest cache; then the rows that are left. */
    private static void add(PanelKernel kernel, Matrix a, WeightPanels w, int from, int to, Matrix c) {
        int fours = c.rows() / FOUR * FOUR;
        for (int strip = from; strip < to && fours > 0; strip += 2) {
            int second = Math.min(strip + 1, to - 1);
            for (int m = 0; m < fours; m += FOUR) {
                kernel.fourRows(a.data(), a.offset() + m * a.rowStride(), a.rowStride(), w, strip, second, c.data(), c.offset() + m * c.rowStride(), c.rowStride());
            }
        }
        for (int m = fours; m < c.rows(); m++) {
            for (int strip = from; strip < to; strip += FOUR) {
                int last = to - 1;
                kernel.oneRow(a.data(), a.offset() + m * a.rowStride(), w, strip, Math.min(strip + 1, last), Math.min(strip + 2, last),
                        Math.min(strip + 3, last), c.data(), c.offset() + m * c.rowStride());
            }
        }
    }
}
