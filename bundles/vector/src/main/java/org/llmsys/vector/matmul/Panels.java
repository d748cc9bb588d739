package org.llmsys.vector.matmul;

import java.util.Arrays;

import org.llmsys.matmul.Matrix;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packing: copies a block of a matrix into panels, in the order in which the micro-kernel reads.
 *
 * <pre>
 *   panel p of width w:  packed[at + p*depth*w + k*w + i] = X[k, p*w + i]        depth × w elements, side by side
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
     * Packs neighbouring panels.
     *
     * @param x       (K, columns): B, or A transposed
     * @param from    first column of the first panel
     * @param columns columns that exist; the last panel may have fewer than {@code width}
     * @param width   columns of a panel
     * @param k       first row
     * @param depth   number of rows
     */
    static void pack(Matrix x, int from, int columns, int width, int k, int depth, float[] packed, int at) {
        int source = x.offset() + k * x.rowStride() + from * x.columnStride();
        int whole = columns / width;
        if (x.columnStride() == 1) {
            copyRows(x.data(), source, x.rowStride(), whole, width, depth, packed, at);
        } else {
            for (int panel = 0; panel < whole; panel++) {
                packOne(x, source + panel * width * x.columnStride(), width, width, depth, packed, at + panel * width * depth);
            }
        }
        int present = columns - whole * width;
        if (present > 0) {
            int last = at + whole * width * depth;
            Arrays.fill(packed, last, last + depth * width, 0);
            packOne(x, source + whole * width * x.columnStride(), present, width, depth, packed, last);
        }
    }

    private static void packOne(Matrix x, int source, int present, int width, int depth, float[] packed, int at) {
        if (x.columnStride() == 1) {
            for (int row = 0; row < depth; row++) {
                System.arraycopy(x.data(), source + row * x.rowStride(), packed, at + row * width, present);
            }
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

    /**
     * Rows are contiguous: each is read once along all panels, in whole vectors, of which the last of a panel may reach into the next
     * row and is then overwritten.
     */
    private static void copyRows(float[] x, int source, int stride, int panels, int width, int depth, float[] packed, int at) {
        int reach = Math.ceilDiv(width, LANES) * LANES;
        int whole = reach == width ? depth : depth - Math.ceilDiv(reach - width, width);
        for (int row = 0; row < depth; row++) {
            int rowAt = source + row * stride;
            boolean vectors = row < whole && rowAt + (panels - 1) * width + reach <= x.length;
            for (int panel = 0; panel < panels; panel++) {
                int to = at + (panel * depth + row) * width;
                if (vectors) {
                    copyVectors(x, rowAt + panel * width, packed, to, width);
                } else {
                    System.arraycopy(x, rowAt + panel * width, packed, to, width);
                }
            }
        }
    }

    private static void copyVectors(float[] from, int at, float[] to, int toAt, int width) {
        for (int i = 0; i < width; i += LANES) {
            FloatVector.fromArray(SPECIES, from, at + i).intoArray(to, toAt + i);
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
        for (int k = 0; k < depth; k++) {
            for (int i = 0; i < present; i++) {
                packed[at + k * width + i] = x.data()[source + k * x.rowStride() + i * x.columnStride()];
            }
        }
    }
}
