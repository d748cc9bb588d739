package org.llmsys.vector.position;

import java.util.concurrent.atomic.AtomicReferenceArray;

import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.RotaryPairing;

/**
 * Cosines and sines of one model's positions, taken when they are first asked for, a block of positions at a time, and kept.
 *
 * <pre>
 *   cos[t, d] = magnitude cos(t w_i)      sin[t, d] = ∓ magnitude sin(t w_i)            i the pair of element d, - for the first of a pair
 * </pre>
 *
 * <p>A block is immutable. Two threads that miss the same one both compute it, with the same result, and one of the two is kept, so nobody
 * waits. Positions beyond the model's context are computed and not kept. Memory: 16 HS bytes for each position in use.
 */
final class AngleTable {

    /** Positions in a block. */
    static final int POSITIONS = 32;

    private final double[] frequencies;
    private final double magnitude;
    private final RotaryPairing pairing;
    private final int headDim;
    private final AtomicReferenceArray<Block> blocks;

    private AngleTable(PositionSpec spec) {
        this.frequencies = spec.frequencies();
        this.magnitude = spec.scaling().magnitude();
        this.pairing = spec.pairing();
        this.headDim = spec.headDim();
        this.blocks = new AtomicReferenceArray<>(Math.ceilDiv(spec.contextLength(), POSITIONS));
    }

    static AngleTable of(PositionSpec spec) {
        return new AngleTable(spec);
    }

    /**
     * Angles of {@link #POSITIONS} positions.
     *
     * @param first its first position
     * @param cos   (POSITIONS, HS)
     * @param sin   (POSITIONS, HS)
     */
    record Block(long first, int headDim, double[] cos, double[] sin) {

        /** Where the row of a position begins. */
        int row(long position) {
            return (int) (position - first) * headDim;
        }
    }

    /** The block that a position is in. */
    Block block(long position) {
        long number = position / POSITIONS;
        if (number >= blocks.length()) {
            return compute(number * POSITIONS);
        }
        Block block = blocks.get((int) number);
        if (block == null) {
            block = compute(number * POSITIONS);
            blocks.set((int) number, block);
        }
        return block;
    }

    private Block compute(long first) {
        double[] cos = new double[POSITIONS * headDim];
        double[] sin = new double[POSITIONS * headDim];
        for (int t = 0; t < POSITIONS; t++) {
            for (int i = 0; i < frequencies.length; i++) {
                double angle = (first + t) * frequencies[i];
                int a = t * headDim + pairing.first(i);
                int b = t * headDim + pairing.second(i, headDim);
                cos[a] = magnitude * Math.cos(angle);
                cos[b] = cos[a];
                sin[b] = magnitude * Math.sin(angle);
                sin[a] = -sin[b];
            }
        }
        return new Block(first, headDim, cos, sin);
    }
}
