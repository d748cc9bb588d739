package org.llmsys.vector.matmul;

import org.llmsys.matmul.Matrix;
import org.llmsys.tensor.WorkerPool;

/**
 * The loops around the micro-kernel, for products large enough to repay packing.
 *
 * <pre>
 *   for each block of K                        DEPTH steps: a panel of A and one of B fit the near caches
 *     for each block of M                      SPAN rows
 *       pack the block of A                    in panels, in parallel; all columns read them
 *       for each rectangle of C, in parallel   PART rows of the block by a few panels of B
 *         pack the panels of B                 beside the caller's core: nobody else reads them
 *         for each panel of B, for each panel of A: the micro-kernel
 * </pre>
 *
 * <p>Between two blocks of K the sums rest in C, which loses nothing: every element has one accumulator and meets k from low to high,
 * whatever the block sizes and the number of threads.
 *
 * @see <a href="https://doi.org/10.1145/1356052.1356053">Goto and van de Geijn 2008, Anatomy of High-Performance Matrix Multiplication</a>
 */
final class PackedProduct {

    /** Steps of k in a block. */
    private static final int DEPTH = 384;
    /** Panels of A that are packed at once. */
    private static final int SPAN = 256;
    /** Panels of A in a rectangle: enough to repay packing B for them, few enough for the second cache. */
    private static final int PART = 48;
    /** Panels of B in a rectangle, at most, and panels of A that one chunk of packing takes. */
    private static final int GROUP = 8;
    /** Rectangles side by side that are worth having, for several threads. */
    private static final int ACROSS = 8;

    private final MicroKernel kernel;
    private final TileColumn tiles;
    private final Scratch scratch;
    private final WorkerPool pool;

    PackedProduct(MicroKernel kernel, Scratch scratch, WorkerPool pool) {
        this.kernel = kernel;
        this.tiles = new TileColumn(kernel, scratch);
        this.scratch = scratch;
        this.pool = pool;
    }

    /** C and the start must have columnStride 1, the start may have rowStride 0, or be one zero; K is at least 1. */
    void multiply(Matrix a, RightOperand b, Matrix start, Matrix c) {
        int span = Math.min(SPAN * kernel.rows(), Math.ceilDiv(c.rows(), kernel.rows()) * kernel.rows());
        Matrix turned = a.transposed();                                          // (K, M)
        float[] packedA = scratch.lend(span * Math.min(DEPTH, b.depth()) + TileColumn.SLACK);
        try {
            for (int k = 0; k < b.depth(); k += DEPTH) {
                for (int m = 0; m < c.rows(); m += span) {
                    multiplyBlock(new Block(turned, b, k == 0 ? start : c, c, k, Math.min(DEPTH, b.depth() - k), m, Math.min(span, c.rows() - m), packedA));
                }
            }
        } finally {
            scratch.giveBack(packedA);
        }
    }

    /**
     * A block of K by a block of M, with all columns.
     *
     * @param a       A transposed, (K,M)
     * @param start   what the sums of this block start from
     * @param k       first step of K
     * @param depth   number of steps
     * @param row     first row
     * @param rows    number of rows
     * @param packedA the block's panels of A
     */
    record Block(Matrix a, RightOperand b, Matrix start, Matrix c, int k, int depth, int row, int rows, float[] packedA) {
    }

    private void multiplyBlock(Block block) {
        packRows(block);
        int panels = Math.ceilDiv(block.c.columns(), kernel.columns());
        int width = Math.clamp(panels / ACROSS, 1, GROUP) * kernel.columns();
        int across = Math.ceilDiv(block.c.columns(), width);
        int high = kernel.rows();
        int rowPanels = Math.ceilDiv(block.rows, high);
        int part = Math.ceilDiv(rowPanels, Math.ceilDiv(rowPanels, PART)) * high;            // equal parts, none above PART panels
        int down = Math.ceilDiv(block.rows, part);
        pool.run(Math.multiplyExact(down, across), chunk -> {
            int row = chunk % down * part;
            multiplyRectangle(block, row, Math.min(part, block.rows - row), chunk / down * width, width);
        });
    }

    private void packRows(Block block) {
        int high = kernel.rows();
        pool.run(Math.ceilDiv(block.rows, GROUP * high), chunk -> {
            int from = chunk * GROUP * high;
            Panels.pack(block.a, block.row + from, Math.min(GROUP * high, block.rows - from), high, block.k, block.depth, block.packedA, from * block.depth);
        });
    }

    private void multiplyRectangle(Block block, int row, int rows, int column, int width) {
        int columns = Math.min(width, block.c.columns() - column);
        float[] packedB = scratch.lend(width * block.depth);
        block.b.pack(column, columns, kernel.columns(), block.k, block.depth, packedB, 0);
        for (int n = 0; n < columns; n += kernel.columns()) {
            tiles.multiply(block, row, rows, column + n, Math.min(kernel.columns(), columns - n), packedB, n * block.depth);
        }
        scratch.giveBack(packedB);
    }
}
