package org.llmsys.vector.matmul;

import java.util.Arrays;

import org.llmsys.matmul.Matrix;
import org.llmsys.tensor.WorkerPool;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of a few rows, such as the matrix–vector products of decoding: each element of B is needed once or a few times, so packing
 * all of it would cost more than the product.
 *
 * <pre>
 *   C[m, n..] += A[m,k] * B[k, n..]        neighbours in n share a register, eight k at a time
 * </pre>
 *
 * <p>Where B is contiguous along n it is read where it lies. Where it is not (the tied output projection reads an embedding table
 * (V,C) as its transpose), small tiles of it are turned first and used from the nearest cache. One inner product is never spread over
 * the lanes of a register: that would add in another order.
 */
final class RowProduct {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /** Columns and rows of a tile of B that is turned: 32 KiB. */
    private static final int TILE_COLUMNS = 64;
    private static final int TILE_ROWS = 128;
    /** Most columns of C in a chunk: with eight rows of B they stay in the nearest cache while the rows of A pass. */
    private static final int STRIP = 8 * TILE_COLUMNS;
    /** Multiply-adds that are worth a chunk of their own. */
    private static final int WORK = 1 << 17;

    private final Scratch scratch;
    private final WorkerPool pool;

    RowProduct(Scratch scratch, WorkerPool pool) {
        this.scratch = scratch;
        this.pool = pool;
    }

    /** C must have columnStride 1. */
    void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        long workOfTile = Math.max(1L, (long) a.rows() * a.columns() * TILE_COLUMNS);
        int width = TILE_COLUMNS * (int) Math.clamp(Math.ceilDiv(WORK, workOfTile), 1, STRIP / TILE_COLUMNS);
        pool.run(Math.ceilDiv(c.columns(), width), chunk -> {
            int from = chunk * width;
            int columns = Math.min(width, c.columns() - from);
            Matrix strip = new Matrix(c.data(), c.offset() + from, c.rows(), columns, c.rowStride(), 1);
            if (!accumulate) {
                clear(strip);
            }
            if (b.columnStride() == 1) {
                addRows(a, 0, b.data(), b.offset() + from, b.rowStride(), b.rows(), strip);
            } else {
                addTurned(a, b, from, strip);
            }
        });
    }

    private static void clear(Matrix c) {
        for (int m = 0; m < c.rows(); m++) {
            int row = c.offset() + m * c.rowStride();
            Arrays.fill(c.data(), row, row + c.columns(), 0);
        }
    }

    /** Turns tiles of B so that they are contiguous along n. */
    private void addTurned(Matrix a, Matrix b, int from, Matrix strip) {
        float[] tile = scratch.lend(TILE_ROWS * TILE_COLUMNS);
        for (int n = 0; n < strip.columns(); n += TILE_COLUMNS) {
            int columns = Math.min(TILE_COLUMNS, strip.columns() - n);
            Matrix c = new Matrix(strip.data(), strip.offset() + n, strip.rows(), columns, strip.rowStride(), 1);
            for (int k = 0; k < b.rows(); k += TILE_ROWS) {
                int depth = Math.min(TILE_ROWS, b.rows() - k);
                Panels.pack(b, from + n, TILE_COLUMNS, k, depth, tile, 0);
                addRows(a, k, tile, 0, TILE_COLUMNS, depth, c);
            }
        }
        scratch.giveBack(tile);
    }

    /** C[m,:] += A[m, first + k] * b[bAt + k*stride ..] for k below depth. */
    private static void addRows(Matrix a, int first, float[] b, int bAt, int stride, int depth, Matrix c) {
        int step = a.columnStride();
        int k = 0;
        for (; k + 8 <= depth; k += 8) {
            for (int m = 0; m < c.rows(); m++) {
                addEight(a.data(), a.offset() + m * a.rowStride() + (first + k) * step, step,
                        b, bAt + k * stride, stride, c.data(), c.offset() + m * c.rowStride(), c.columns());
            }
        }
        for (; k < depth; k++) {
            for (int m = 0; m < c.rows(); m++) {
                addOne(a.get(m, first + k), b, bAt + k * stride, c.data(), c.offset() + m * c.rowStride(), c.columns());
            }
        }
    }

    /** c[i] += a0*b0[i] + ... + a7*b7[i], in this order: a sum is loaded and stored once for eight products. */
    private static void addEight(float[] a, int at, int step, float[] b, int b0, int stride, float[] c, int cAt, int size) {
        float a0 = a[at];
        float a1 = a[at + step];
        float a2 = a[at + 2 * step];
        float a3 = a[at + 3 * step];
        float a4 = a[at + 4 * step];
        float a5 = a[at + 5 * step];
        float a6 = a[at + 6 * step];
        float a7 = a[at + 7 * step];
        int b1 = b0 + stride;
        int b2 = b1 + stride;
        int b3 = b2 + stride;
        int b4 = b3 + stride;
        int b5 = b4 + stride;
        int b6 = b5 + stride;
        int b7 = b6 + stride;
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            FloatVector sum = FloatVector.fromArray(SPECIES, c, cAt + i);
            sum = FloatVector.fromArray(SPECIES, b, b0 + i).fma(FloatVector.broadcast(SPECIES, a0), sum);
            sum = FloatVector.fromArray(SPECIES, b, b1 + i).fma(FloatVector.broadcast(SPECIES, a1), sum);
            sum = FloatVector.fromArray(SPECIES, b, b2 + i).fma(FloatVector.broadcast(SPECIES, a2), sum);
            sum = FloatVector.fromArray(SPECIES, b, b3 + i).fma(FloatVector.broadcast(SPECIES, a3), sum);
            sum = FloatVector.fromArray(SPECIES, b, b4 + i).fma(FloatVector.broadcast(SPECIES, a4), sum);
            sum = FloatVector.fromArray(SPECIES, b, b5 + i).fma(FloatVector.broadcast(SPECIES, a5), sum);
            sum = FloatVector.fromArray(SPECIES, b, b6 + i).fma(FloatVector.broadcast(SPECIES, a6), sum);
            sum = FloatVector.fromArray(SPECIES, b, b7 + i).fma(FloatVector.broadcast(SPECIES, a7), sum);
            sum.intoArray(c, cAt + i);
        }
        for (; i < size; i++) {
            float sum = Math.fma(a0, b[b0 + i], c[cAt + i]);
            sum = Math.fma(a1, b[b1 + i], sum);
            sum = Math.fma(a2, b[b2 + i], sum);
            sum = Math.fma(a3, b[b3 + i], sum);
            sum = Math.fma(a4, b[b4 + i], sum);
            sum = Math.fma(a5, b[b5 + i], sum);
            sum = Math.fma(a6, b[b6 + i], sum);
            c[cAt + i] = Math.fma(a7, b[b7 + i], sum);
        }
    }

    private static void addOne(float a, float[] b, int bAt, float[] c, int cAt, int size) {
        int i = 0;
        for (; i <= size - LANES; i += LANES) {
            FloatVector.fromArray(SPECIES, b, bAt + i).fma(FloatVector.broadcast(SPECIES, a), FloatVector.fromArray(SPECIES, c, cAt + i)).intoArray(c, cAt + i);
        }
        for (; i < size; i++) {
            c[cAt + i] = Math.fma(a, b[bAt + i], c[cAt + i]);
        }
    }
}
