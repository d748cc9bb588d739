package org.llmsys.vector.matmul;

import java.util.Arrays;

import org.llmsys.matmul.Matrix;
import org.llmsys.matmul.WeightPanels;
import org.llmsys.tensor.WorkerPool;

/**
 * Products of a few rows with weights in panels. Strips are shared among threads. One row reads narrow weights as they are; several rows meet
 * weights that were widened for all of them, a few kilobytes at a time.
 *
 * <p>A sum never depends on who computes it or on the other rows, so one row gives the same bits alone and in a batch, for any number of
 * threads.
 */
final class PanelRows {

    /** Rows that meet a weight at once. */
    private static final int FOUR = 4;
    /** Weights that are worth another thread's call. */
    private static final int SMALLEST = 1 << 13;
    /** Steps of k that are widened at once: two strips of them fit the nearest cache. */
    private static final int DEPTH = 256;
    /** Chunks for each thread. */
    private static final long CHUNKS = 16;
    private static final int LANES = PanelKernel.LANES;

    private final Scratch scratch;
    private final WorkerPool pool;

    PanelRows(Scratch scratch, WorkerPool pool) {
        this.scratch = scratch;
        this.pool = pool;
    }

    /** The kernel for weights of this type. */
    static PanelKernel kernel(WeightPanels w) {
        return switch (w.type()) {
            case F32 -> new FloatPanels();
            case Q8_0 -> new Q8Panels();
            case Q4_0 -> new Q4Panels();
            case F16 -> new HalfPanels();
            case BF16 -> new Bfloat16Panels();
            case F64, I32, I64 -> throw new IllegalArgumentException("no panels hold " + w.type());
        };
    }

    /**
     * A and C must have columnStride 1.
     *
     * @param start what the sums start from: C itself, or one row for all of them
     */
    void multiply(Matrix a, WeightPanels w, Matrix start, Matrix c) {
        PanelKernel kernel = kernel(w);
        int strips = Math.ceilDiv(w.columns(), LANES);
        int each = stripsOfChunk(strips, w.depth(), c.rows());
        pool.run(Math.ceilDiv(strips, each), chunk -> {
            int from = chunk * each;
            int to = Math.min(strips, from + each);
            if (start != c) {
                int column = PanelKernel.column(from);
                RowProduct.begin(start, column, new Matrix(c.data(), c.offset() + column, c.rows(), Math.min(w.columns(), PanelKernel.column(to)) - column, c.rowStride(), 1));
            }
            if (c.rows() == 1) {
                addRow(kernel, a, w, from, to, c);
            } else {
                addRows(kernel, a, w, from, to, c);
            }
        });
    }

    /** Whole groups of four; enough chunks that a thread which falls behind leaves little to wait for, each so long that memory is read straight on. */
    private int stripsOfChunk(int strips, int depth, int rows) {
        long worth = Math.max(FOUR, SMALLEST / Math.max(1, (long) depth * LANES * rows));
        long fair = pool.threads() == 1 ? strips : Math.ceilDiv(strips, CHUNKS * pool.threads());
        return (int) Math.min(Integer.MAX_VALUE - FOUR, Math.ceilDiv(Math.max(worth, fair), FOUR) * FOUR);
    }

    private void addRow(PanelKernel kernel, Matrix a, WeightPanels w, int from, int to, Matrix c) {
        int whole = Math.min(to, w.columns() / LANES);                    // strips without padding
        int strip = from;
        if (kernel instanceof FloatPanels wide) {
            for (; strip + FOUR <= whole; strip += FOUR) {
                wide.addRow(a.data(), a.offset(), w, strip, c.data(), c.offset() + PanelKernel.column(strip));
            }
        }
        for (; strip + 2 <= whole; strip += 2) {
            int at = c.offset() + PanelKernel.column(strip);
            kernel.addRow(a.data(), a.offset(), w, strip, strip + 1, c.data(), at, at + LANES);
        }
        if (strip < to) {
            int at = c.offset() + PanelKernel.column(strip);
            int columns = Math.min(2 * LANES, w.columns() - PanelKernel.column(strip));
            float[] tile = scratch.lend(2 * LANES);
            System.arraycopy(c.data(), at, tile, 0, columns);
            kernel.addRow(a.data(), a.offset(), w, strip, Math.min(strip + 1, to - 1), tile, 0, LANES);
            System.arraycopy(tile, 0, c.data(), at, columns);
            scratch.giveBack(tile);
        }
    }

    private void addRows(PanelKernel kernel, Matrix a, WeightPanels w, int from, int to, Matrix c) {
        boolean narrow = !(kernel instanceof FloatPanels);
        float[] wide = narrow ? scratch.lend(2 * LANES * DEPTH) : null;
        for (int strip = from; strip < to; strip += 2) {
            int next = Math.min(strip + 1, to - 1);
            if (!narrow) {
                addRows(a, 0, w.depth(), w.values(), PanelKernel.line(strip, 0, w.depth()), PanelKernel.line(next, 0, w.depth()), WeightPanels.WIDTH, strip, c);
                continue;
            }
            for (int k = 0; k < w.depth(); k += DEPTH) {
                int depth = Math.min(DEPTH, w.depth() - k);
                kernel.widen(w, strip, k, depth, wide, 0, 2 * LANES);
                kernel.widen(w, next, k, depth, wide, LANES, 2 * LANES);
                addRows(a, k, depth, wide, 0, LANES, 2 * LANES, strip, c);
            }
        }
        if (narrow) {
            scratch.giveBack(wide);
        }
    }

    /** All rows of A from column k on, times two strips; rows that are missing in the last four are the last one again. */
    private void addRows(Matrix a, int k, int depth, float[] b, int b0, int b1, int stride, int strip, Matrix c) {
        int column = PanelKernel.column(strip);
        int columns = Math.min(2 * LANES, c.columns() - column);
        int last = c.rows() - 1;
        for (int m = 0; m <= last; m += FOUR) {
            int m1 = Math.min(m + 1, last);
            int m2 = Math.min(m + 2, last);
            int m3 = Math.min(m + 3, last);
            if (columns == 2 * LANES) {
                FloatPanels.addRows(a.data(), at(a, m, k), at(a, m1, k), at(a, m2, k), at(a, m3, k), depth, b, b0, b1, stride,
                        c.data(), at(c, m, column), at(c, m1, column), at(c, m2, column), at(c, m3, column), LANES);
                continue;
            }
            float[] tile = scratch.lend(2 * LANES * FOUR);
            for (int i = 0; i < FOUR; i++) {
                System.arraycopy(c.data(), at(c, Math.min(m + i, last), column), tile, i * 2 * LANES, columns);
            }
            FloatPanels.addRows(a.data(), at(a, m, k), at(a, m1, k), at(a, m2, k), at(a, m3, k), depth, b, b0, b1, stride,
                    tile, 0, 2 * LANES, 4 * LANES, 6 * LANES, LANES);
            for (int i = 0; i < FOUR; i++) {
                System.arraycopy(tile, i * 2 * LANES, c.data(), at(c, Math.min(m + i, last), column), columns);
            }
            scratch.giveBack(tile);
        }
    }

    private static int at(Matrix m, int row, int column) {
        return m.offset() + row * m.rowStride() + column;
    }
}
