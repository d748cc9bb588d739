package org.llmsys.vector.matmul;

import org.llmsys.matmul.Matrix;
import org.llmsys.tensor.WorkerPool;

/**
 * The loops around the micro-kernel, for products large enough to repay packing.
 *
 * <pre>
 *   for each block of N                        SPAN columns
 *     for each block of K                      DEPTH steps: a panel of A and one of B fit the near caches
 *       pack the block of B                    (DEPTH, SPAN) in panels, shared by all rows
 *       for each block of M                    SPAN rows
 *         pack the block of A
 *         for each group of panels, in parallel: for each panel of B, for each panel of A: the micro-kernel
 * </pre>
 *
 * <p>Between two blocks of K the sums rest in C, which loses nothing: every element has one accumulator and meets k from low to high,
 * whatever the block sizes and the number of threads.
 *
 * @see <a href="https://doi.org/10.1145/1356052.1356053">Goto and van de Geijn 2008, Anatomy of High-Performance Matrix Multiplication</a>
 */
final class PackedProduct {

    /** Steps of k in a block. */
    static final int DEPTH = 256;
    /** Rows of A, or columns of B, that are packed at once. */
    private static final int SPAN = 3072;
    /** Panels of A, or of B, in one chunk of work. */
    private static final int GROUP = 8;

    private final MicroKernel kernel;
    private final Scratch scratch;
    private final WorkerPool pool;
    private final float[] zeros;

    PackedProduct(MicroKernel kernel, Scratch scratch, WorkerPool pool) {
        this.kernel = kernel;
        this.scratch = scratch;
        this.pool = pool;
        this.zeros = new float[kernel.columns()];
    }

    /** C must have columnStride 1, and K at least 1. */
    void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        int high = kernel.rows();
        int wide = kernel.columns();
        int rowSpan = Math.min(Math.ceilDiv(SPAN, high), Math.ceilDiv(c.rows(), high)) * high;
        int columnSpan = Math.min(Math.ceilDiv(SPAN, wide), Math.ceilDiv(c.columns(), wide)) * wide;
        int deepest = Math.min(DEPTH, b.rows());
        float[] packedA = scratch.lend(rowSpan * deepest);
        float[] packedB = scratch.lend(columnSpan * deepest);
        try {
            for (int n = 0; n < c.columns(); n += columnSpan) {
                int columns = Math.min(columnSpan, c.columns() - n);
                for (int k = 0; k < b.rows(); k += DEPTH) {
                    int depth = Math.min(DEPTH, b.rows() - k);
                    pack(b, n, columns, wide, k, depth, packedB);
                    for (int m = 0; m < c.rows(); m += rowSpan) {
                        int rows = Math.min(rowSpan, c.rows() - m);
                        pack(a.transposed(), m, rows, high, k, depth, packedA);
                        Block block = new Block(m, rows, n, columns, depth, k > 0 || accumulate);
                        int down = Math.ceilDiv(rows, GROUP * high);
                        int across = Math.ceilDiv(columns, GROUP * wide);
                        pool.run(down * across, chunk -> multiplyGroup(block, chunk / across, chunk % across, packedA, packedB, c));
                    }
                }
            }
        } finally {
            scratch.giveBack(packedA);
            scratch.giveBack(packedB);
        }
    }

    private record Block(int row, int rows, int column, int columns, int depth, boolean accumulate) {
    }

    private void pack(Matrix x, int from, int columns, int width, int k, int depth, float[] packed) {
        int panels = Math.ceilDiv(columns, width);
        pool.run(Math.ceilDiv(panels, GROUP), chunk -> {
            for (int panel = chunk * GROUP; panel < Math.min(panels, (chunk + 1) * GROUP); panel++) {
                Panels.pack(x, from + panel * width, width, k, depth, packed, panel * width * depth);
            }
        });
    }

    /** One chunk: a rectangle of GROUP × GROUP tiles of C. */
    private void multiplyGroup(Block block, int groupDown, int groupAcross, float[] packedA, float[] packedB, Matrix c) {
        int high = kernel.rows();
        int wide = kernel.columns();
        int lastRow = Math.min(block.rows, (groupDown + 1) * GROUP * high);
        int lastColumn = Math.min(block.columns, (groupAcross + 1) * GROUP * wide);
        for (int column = groupAcross * GROUP * wide; column < lastColumn; column += wide) {
            for (int row = groupDown * GROUP * high; row < lastRow; row += high) {
                int cAt = c.offset() + (block.row + row) * c.rowStride() + block.column + column;
                if (row + high <= block.rows && column + wide <= block.columns) {
                    float[] start = block.accumulate ? c.data() : zeros;
                    kernel.multiply(block.depth, packedA, row * block.depth, packedB, column * block.depth,
                            start, block.accumulate ? cAt : 0, block.accumulate ? c.rowStride() : 0, c.data(), cAt, c.rowStride());
                } else {
                    multiplyEdge(block, row, column, packedA, packedB, c, cAt);
                }
            }
        }
    }

    /** A tile that hangs over the edge of C is computed whole, beside C, and what lies inside is copied. */
    private void multiplyEdge(Block block, int row, int column, float[] packedA, float[] packedB, Matrix c, int cAt) {
        int high = Math.min(kernel.rows(), block.rows - row);
        int columns = Math.min(kernel.columns(), block.columns - column);
        int stride = kernel.columns();
        float[] tile = scratch.lend(kernel.rows() * stride);
        if (block.accumulate) {
            for (int r = 0; r < high; r++) {
                System.arraycopy(c.data(), cAt + r * c.rowStride(), tile, r * stride, columns);
            }
        }
        kernel.multiply(block.depth, packedA, row * block.depth, packedB, column * block.depth,
                block.accumulate ? tile : zeros, 0, block.accumulate ? stride : 0, tile, 0, stride);
        for (int r = 0; r < high; r++) {
            System.arraycopy(tile, r * stride, c.data(), cAt + r * c.rowStride(), columns);
        }
        scratch.giveBack(tile);
    }
}
