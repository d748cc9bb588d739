package org.llmsys.vector.matmul;

import jdk.incubator.vector.FloatVector;

/** Transposes square blocks, a row to a register: what packing needs where the source runs along k. */
interface Transposition {

    /** Rows and columns of a block. */
    int size();

    /**
     * Writes y[at + c*step + r] = x[from + r*stride + c] for c and r below {@link #size()}, in ascending order of c.
     *
     * @param rows rows that exist; the others are zero
     */
    void transpose(float[] x, int from, int stride, int rows, float[] y, int at, int step);

    /** The one that fits this machine's registers, null for none. */
    static Transposition preferred() {
        return switch (FloatVector.SPECIES_PREFERRED.length()) {
            case 16 -> new Transposition16();
            case 8 -> new Transposition8();
            default -> null;
        };
    }
}
