package org.llmsys.vector.position;

import org.llmsys.position.RotaryPairing;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Turns one head at one position: half a register of floats becomes a register of doubles, two products and their sum are taken there, and
 * the way back rounds once. Neighbours find each other by a shuffle, elements of different halves by a second load. One object serves
 * all rows of a tensor. The two loops are alike but for the partner: a method of their own that returns a vector would leave it in memory
 * where the compiler does not inline it.
 *
 * @param from       where x lies
 * @param to         where y is written to
 * @param direction  1 to turn by φ, -1 by -φ
 * @param accumulate whether to add to y
 */
record RowRotation(RotaryPairing pairing, int headDim, float[] from, float[] to, int direction, boolean accumulate) {

    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLES.vectorBitSize() / 2));
    private static final int LANES = DOUBLES.length();
    private static final VectorShuffle<Float> NEIGHBOURS = VectorShuffle.fromOp(FLOATS, lane -> lane ^ 1);

    /**
     * @param x      where the head begins in {@code from}
     * @param y      where it begins in {@code to}
     * @param angles the position's row begins at {@code row}
     */
    void turn(int x, int y, AngleTable.Block angles, int row) {
        if (pairing == RotaryPairing.INTERLEAVED) {
            turnNeighbours(x, y, angles.cos(), angles.sin(), row);
        } else {
            int half = headDim / 2;
            turnHalf(x, x + half, y, angles.cos(), angles.sin(), row);
            turnHalf(x + half, x, y + half, angles.cos(), angles.sin(), row + half);
        }
    }

    private void turnNeighbours(int x, int y, double[] cos, double[] sin, int row) {
        DoubleVector way = DoubleVector.broadcast(DOUBLES, direction);
        for (int d = 0; d < headDim; d += LANES) {
            VectorMask<Float> present = FLOATS.indexInRange(d, headDim);
            VectorMask<Double> wide = DOUBLES.indexInRange(d, headDim);
            FloatVector own = FloatVector.fromArray(FLOATS, from, x + d, present);
            DoubleVector a = (DoubleVector) own.convertShape(VectorOperators.F2D, DOUBLES, 0);
            DoubleVector b = (DoubleVector) own.rearrange(NEIGHBOURS).convertShape(VectorOperators.F2D, DOUBLES, 0);
            DoubleVector turned = a.mul(DoubleVector.fromArray(DOUBLES, cos, row + d, wide))
                    .add(b.mul(DoubleVector.fromArray(DOUBLES, sin, row + d, wide).mul(way)));
            DoubleVector before = DoubleVector.zero(DOUBLES);
            if (accumulate) {
                before = (DoubleVector) FloatVector.fromArray(FLOATS, to, y + d, present).convertShape(VectorOperators.F2D, DOUBLES, 0);
            }
            ((FloatVector) before.add(turned).convertShape(VectorOperators.D2F, FLOATS, 0)).intoArray(to, y + d, present);
        }
    }

    /** The elements of one half, which begin at {@code own}; their partners begin at {@code other}. */
    private void turnHalf(int own, int other, int y, double[] cos, double[] sin, int row) {
        DoubleVector way = DoubleVector.broadcast(DOUBLES, direction);
        int half = headDim / 2;
        for (int d = 0; d < half; d += LANES) {
            VectorMask<Float> present = FLOATS.indexInRange(d, half);
            VectorMask<Double> wide = DOUBLES.indexInRange(d, half);
            DoubleVector a = (DoubleVector) FloatVector.fromArray(FLOATS, from, own + d, present).convertShape(VectorOperators.F2D, DOUBLES, 0);
            DoubleVector b = (DoubleVector) FloatVector.fromArray(FLOATS, from, other + d, present).convertShape(VectorOperators.F2D, DOUBLES, 0);
            DoubleVector turned = a.mul(DoubleVector.fromArray(DOUBLES, cos, row + d, wide))
                    .add(b.mul(DoubleVector.fromArray(DOUBLES, sin, row + d, wide).mul(way)));
            DoubleVector before = DoubleVector.zero(DOUBLES);
            if (accumulate) {
                before = (DoubleVector) FloatVector.fromArray(FLOATS, to, y + d, present).convertShape(VectorOperators.F2D, DOUBLES, 0);
            }
            ((FloatVector) before.add(turned).convertShape(VectorOperators.D2F, FLOATS, 0)).intoArray(to, y + d, present);
        }
    }
}
