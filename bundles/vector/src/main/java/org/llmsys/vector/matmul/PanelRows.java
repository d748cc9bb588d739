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

    /** Strips that belong together: four of them meet a row at once. */
    private static final int FOUR = 4;
    private static final RowTile SHORT = new FourRowTile();
    private static final RowTile TALL = RowTile.tallest();
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
        RowTile tile = c.rows() <= SHORT.rows() ? SHORT : TALL;
        float[] x = c.rows() == 1 ? null : sideBySide(a, tile);
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
                addRows(kernel, tile, x, w, from, to, c);
            }
        });
        if (x != null) {
            scratch.giveBack(x);
        }
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

    /** Rows in groups as tall as a tile, each group lying (K, rows of the tile). */
    private float[] sideBySide(Matrix a, RowTile tile) {
        int groups = Math.ceilDiv(a.rows(), tile.rows());
        float[] x = scratch.lend(Math.multiplyExact(groups * tile.rows(), a.columns()));
        for (int m = 0; m < groups * tile.rows(); m++) {
            int from = a.offset() + Math.min(m, a.rows() - 1) * a.rowStride();                    // a row that is missing is the last one again
            int to = m / tile.rows() * tile.rows() * a.columns() + m % tile.rows();
            for (int k = 0; k < a.columns(); k++) {
                x[to + k * tile.rows()] = a.data()[from + k];
            }
        }
        return x;
    }

    private void addRows(PanelKernel kernel, RowTile tile, float[] x, WeightPanels w, int from, int to, Matrix c) {
        boolean narrow = !(kernel instanceof FloatPanels);
        float[] wide = narrow ? scratch.lend(2 * LANES * DEPTH) : null;
        float[] sums = scratch.lend(2 * LANES * tile.rows());
        for (int strip = from; strip < to; strip += 2) {
            int next = Math.min(strip + 1, to - 1);
            int column = PanelKernel.column(strip);
            if (!narrow) {
                for (int m = 0; m < c.rows(); m += tile.rows()) {
                    read(c, m, column, tile.rows(), sums);
                    tile.add(x, m * w.depth(), w.depth(), w.values(), PanelKernel.line(strip, 0, w.depth()), PanelKernel.line(next, 0, w.depth()), WeightPanels.WIDTH, sums);
                    write(sums, c, m, column, tile.rows());
                }
                continue;
            }
            for (int k = 0; k < w.depth(); k += DEPTH) {
                int depth = Math.min(DEPTH, w.depth() - k);
                kernel.widen(w, strip, k, depth, wide, 0, 2 * LANES);
                kernel.widen(w, next, k, depth, wide, LANES, 2 * LANES);
                for (int m = 0; m < c.rows(); m += tile.rows()) {
                    read(c, m, column, tile.rows(), sums);
                    tile.add(x, m * w.depth() + k * tile.rows(), depth, wide, 0, LANES, 2 * LANES, sums);
                    write(sums, c, m, column, tile.rows());
                }
            }
        }
        scratch.giveBack(sums);
        if (narrow) {
            scratch.giveBack(wide);
        }
    }

    private static void read(Matrix c, int m, int column, int rows, float[] sums) {
        for (int r = 0; r < Math.min(rows, c.rows() - m); r++) {
            System.arraycopy(c.data(), c.offset() + (m + r) * c.rowStride() + column, sums, r * 2 * LANES, Math.min(2 * LANES, c.columns() - column));
        }
    }

    private static void write(float[] sums, Matrix c, int m, int column, int rows) {
        for (int r = 0; r < Math.min(rows, c.rows() - m); r++) {
            System.arraycopy(sums, r * 2 * LANES, c.data(), c.offset() + (m + r) * c.rowStride() + column, Math.min(2 * LANES, c.columns() - column));
        }
    }
}
