package org.llmsys.vector.matmul;

import java.util.Arrays;

import org.llmsys.matmul.Matrix;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * One panel of B against many panels of A: a column of tiles of C, as wide as the panel, from top to bottom.
 *
 * <p>At the lower edge low tiles follow. At the right edge of C, where a panel is mostly padding, a tile of one vector serves, and for
 * the last few columns the tile is turned: its lanes are rows of C, four panels of A at a time.
 */
final class TileColumn {

    /** Elements behind the packed panels of A that a vector may reach into. */
    static final int SLACK = 16;

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /** Up to this many columns the lanes are rows. */
    private static final int FEW_COLUMNS = 4;
    /** Panels of A that are turned at once: as many sums as hide the latency of a multiply-add. */
    private static final int TURNED = 4;

    private final MicroKernel kernel;
    private final Scratch scratch;

    TileColumn(MicroKernel kernel, Scratch scratch) {
        this.kernel = kernel;
        this.scratch = scratch;
    }

    /**
     * @param row     first row within the block
     * @param rows    number of rows
     * @param column  first column of C, of the panel
     * @param columns number of columns, at most those of the kernel
     */
    void multiply(PackedProduct.Block block, int row, int rows, int column, int columns, float[] b, int bAt) {
        int high = kernel.rows();
        if (columns <= FEW_COLUMNS) {
            multiplyTurned(block, row, rows, column, columns, b, bAt);
            return;
        }
        int whole = columns == kernel.columns() ? rows / high * high : 0;
        Matrix c = block.c();
        Matrix start = block.start();
        for (int r = row; r < row + whole; r += high) {
            kernel.multiply(block.depth(), block.packedA(), r * block.depth(), b, bAt,
                    start.data(), at(start, block.row() + r, column), start.rowStride(), c.data(), at(c, block.row() + r, column), c.rowStride());
        }
        if (whole < rows) {
            multiplyEdge(block, row + whole, row + rows, column, columns, b, bAt);
        }
    }

    private static int at(Matrix m, int row, int column) {
        return m.offset() + row * m.rowStride() + column * m.columnStride();
    }

    /** Tiles that reach over the edge of C are computed beside it. */
    private void multiplyEdge(PackedProduct.Block block, int from, int to, int column, int columns, float[] b, int bAt) {
        boolean narrow = columns <= LANES;
        int stride = kernel.columns();
        float[] tile = scratch.lend(kernel.rows() * stride);
        Arrays.fill(tile, 0, kernel.rows() * stride, 0);                         // padding must be no subnormal number: these are slow
        Matrix c = block.c();
        Matrix start = block.start();
        int height = kernel.rows();
        for (int r = from; r < to; r += height) {
            height = narrow || to - r >= kernel.rows() ? kernel.rows() : kernel.lowRows();
            int rows = Math.min(height, to - r);
            int aAt = r / kernel.rows() * kernel.rows() * block.depth() + r % kernel.rows();
            int startAt = at(start, block.row() + r, column);
            int cAt = at(c, block.row() + r, column);
            if (columns == stride && rows == kernel.lowRows()) {
                kernel.multiplyLow(block.depth(), block.packedA(), aAt, b, bAt, start.data(), startAt, start.rowStride(), c.data(), cAt, c.rowStride());
                continue;
            }
            copyRows(start.data(), startAt, start.rowStride(), tile, 0, stride, rows, columns);
            if (narrow) {
                kernel.multiplyNarrow(block.depth(), block.packedA(), aAt, b, bAt, tile, 0, stride, tile, 0, stride);
            } else if (height == kernel.rows()) {
                kernel.multiply(block.depth(), block.packedA(), aAt, b, bAt, tile, 0, stride, tile, 0, stride);
            } else {
                kernel.multiplyLow(block.depth(), block.packedA(), aAt, b, bAt, tile, 0, stride, tile, 0, stride);
            }
            copyRows(tile, 0, stride, c.data(), cAt, c.rowStride(), rows, columns);
        }
        scratch.giveBack(tile);
    }

    private static void copyRows(float[] from, int at, int stride, float[] to, int toAt, int toStride, int rows, int columns) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(from, at + r * stride, to, toAt + r * toStride, columns);
        }
    }

    // ---- few columns: the lanes are rows ----------------------------------------------------------------------------------------

    private void multiplyTurned(PackedProduct.Block block, int row, int rows, int column, int columns, float[] b, int bAt) {
        int high = kernel.rows();
        int depth = block.depth();
        float[] tile = scratch.lend(TURNED * LANES);
        Arrays.fill(tile, 0, TURNED * LANES, 0);
        for (int from = row; from < row + rows; from += TURNED * high) {
            int some = Math.min(TURNED * high, row + rows - from);
            int panel = high * depth;
            int a0 = from * depth;
            int last = a0 + (Math.ceilDiv(some, high) - 1) * panel;              // missing panels repeat the last one
            for (int n = 0; n < columns; n++) {
                for (int r = 0; r < some; r++) {
                    tile[r / high * LANES + r % high] = block.start().get(block.row() + from + r, column + n);
                }
                addProducts(depth, block.packedA(), a0, Math.min(last, a0 + panel), Math.min(last, a0 + 2 * panel), Math.min(last, a0 + 3 * panel),
                        high, b, bAt + n, kernel.columns(), tile);
                for (int r = 0; r < some; r++) {
                    block.c().set(block.row() + from + r, column + n, tile[r / high * LANES + r % high]);
                }
            }
        }
        scratch.giveBack(tile);
    }

    /** tile[p, r] += A[k, r of panel p] * B[k]: a vector of A for each panel, an element of B for all. */
    private static void addProducts(int depth, float[] a, int a0, int a1, int a2, int a3, int aStride, float[] b, int bAt, int bStride, float[] tile) {
        FloatVector c0 = FloatVector.fromArray(SPECIES, tile, 0);
        FloatVector c1 = FloatVector.fromArray(SPECIES, tile, LANES);
        FloatVector c2 = FloatVector.fromArray(SPECIES, tile, 2 * LANES);
        FloatVector c3 = FloatVector.fromArray(SPECIES, tile, 3 * LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector bk = FloatVector.broadcast(SPECIES, b[bAt + k * bStride]);
            c0 = FloatVector.fromArray(SPECIES, a, a0 + k * aStride).fma(bk, c0);
            c1 = FloatVector.fromArray(SPECIES, a, a1 + k * aStride).fma(bk, c1);
            c2 = FloatVector.fromArray(SPECIES, a, a2 + k * aStride).fma(bk, c2);
            c3 = FloatVector.fromArray(SPECIES, a, a3 + k * aStride).fma(bk, c3);
        }
        c0.intoArray(tile, 0);
        c1.intoArray(tile, LANES);
        c2.intoArray(tile, 2 * LANES);
        c3.intoArray(tile, 3 * LANES);
    }
}
