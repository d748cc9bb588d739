package org.llmsys.vector.matmul;

import java.util.Arrays;

import org.llmsys.matmul.Matrix;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packing: copies a block of a matrix into panels, in the order in which the micro-kernel reads.
 *
 * <pre>
 *   panel p of width w:  packed[at + k*w + i] = X[k, p*w + i]        depth × w elements, side by side
 * </pre>
 *
 * <p>For B the panels run over its columns; for A, taken transposed, over its rows. Any strides are read; afterwards everything is
 * contiguous, and a kernel needs no other form. The last panel is filled up with zeros.
 */
final class Panels {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final Transposition TRANSPOSITION = Transposition.preferred();

    private Panels() {
    }

    /**
     * Packs one panel.
     *
     * @param x     (K, columns): B, or A transposed
     * @param from  first column of the panel
     * @param k     first row
     * @param depth number of rows
     */
    static void pack(Matrix x, int from, int width, int k, int depth, float[] packed, int at) {
        int present = Math.min(width, x.columns() - from);
        int source = x.offset() + k * x.rowStride() + from * x.columnStride();
        if (present < width) {
            Arrays.fill(packed, at, at + depth * width, 0);
        }
        if (x.columnStride() == 1 && present == width) {
            copyRows(x.data(), source, x.rowStride(), width, depth, packed, at);
        } else if (x.rowStride() == 1 && turnable(width)) {
            turnColumns(x, source, present, width, depth, packed, at);
        } else {
            copyColumns(x, source, present, width, depth, packed, at);
        }
    }

    /** Blocks side by side must not overlap: a panel is one block, or whole blocks, wide. */
    private static boolean turnable(int width) {
        return TRANSPOSITION != null && (width <= TRANSPOSITION.size() || width % TRANSPOSITION.size() == 0);
    }

    /** Rows of a full panel are contiguous: whole vectors, of which the last may reach into the next row and is then overwritten. */
    private static void copyRows(float[] x, int source, int stride, int width, int depth, float[] packed, int at) {
        int reach = Math.ceilDiv(width, LANES) * LANES;
        int whole = reach == width ? depth : depth - Math.ceilDiv(reach - width, width);
        int row = 0;
        for (; row < whole && source + row * stride + reach <= x.length; row++) {
            for (int i = 0; i < width; i += LANES) {
                FloatVector.fromArray(SPECIES, x, source + row * stride + i).intoArray(packed, at + row * width + i);
            }
        }
        for (; row < depth; row++) {
            System.arraycopy(x, source + row * stride, packed, at + row * width, width);
        }
    }

    /** Columns are contiguous: blocks through registers, single rows at the end. A block may reach into the next rows and is overwritten. */
    private static void turnColumns(Matrix x, int source, int present, int width, int depth, float[] packed, int at) {
        int size = TRANSPOSITION.size();
        int slack = width < size ? Math.ceilDiv(size - width, width) : 0;
        int turned = Math.max(0, (depth - slack) / size * size);
        for (int i = 0; i < present; i += size) {
            for (int k = 0; k < turned; k += size) {
                TRANSPOSITION.transpose(x.data(), source + k + i * x.columnStride(), x.columnStride(), present - i, packed, at + k * width + i, width);
            }
        }
        copyColumns(x, source + turned, present, width, depth - turned, packed, at + turned * width);
    }

    /** Any strides. */
    private static void copyColumns(Matrix x, int source, int present, int width, int depth, float[] packed, int at) {
        for (int i = 0; i < present; i++) {
            for (int k = 0; k < depth; k++) {
                packed[at + k * width + i] = x.data()[source + k * x.rowStride() + i * x.columnStride()];
            }
        }
    }
}
