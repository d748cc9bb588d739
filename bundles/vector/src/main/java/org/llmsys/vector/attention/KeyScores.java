package org.llmsys.vector.attention;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The scores of queries that look at the same keys, eight keys at a time.
 *
 * <pre>
 *   scores[j] = q[0]*K[j,0] + q[1]*K[j,1] + ...        each sum in this order, as a matrix product adds it
 * </pre>
 *
 * <p>Blocks of 8 keys × 8 features are transposed in registers, by three rounds that zip register i with register i + 4; then the lanes are
 * eight keys at the same feature, and each score has its own sum. Two queries share one transposition. Each register has a name and both
 * methods are written out: methods of this size are not always inlined, and a vector that a call returns is an object.
 */
final class KeyScores {

    /** Keys that are taken at once. */
    private static final int KEYS = 8;
    /** Whether registers hold eight keys; else each score is added up by itself. */
    private static final boolean TURNS = SoftmaxRow.LANES >= KEYS;
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;
    private static final IntVector LOW = zip(0);
    private static final IntVector HIGH = zip(4);

    private KeyScores() {
    }

    /** 0, 8, 1, 9, ...: the halves of two registers, zipped. */
    private static IntVector zip(int from) {
        int[] indices = new int[KEYS];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = from + i / 2 + i % 2 * KEYS;
        }
        return IntVector.fromArray(IntVector.SPECIES_256, indices, 0);
    }

    /**
     * Overwrites {@code scores[at]} to {@code scores[at + count - 1]} for query 0, and so on for the others, {@code row} elements further each.
     * Up to seven elements behind them may be overwritten too: the last keys are taken as eight where the array goes on, whatever stands there.
     *
     * @param q       the queries; query i begins at {@code qAt + i * qStride}
     * @param keys    key j begins at {@code keyAt + j * stride}
     * @param width   HS
     */
    static void of(float[] q, int qAt, int qStride, int queries, float[] keys, int keyAt, int stride, int count, int width,
            float[] scores, int at, int row) {
        int j = 0;
        for (; TURNS && j < count && keyAt + (j + KEYS - 1) * stride + width <= keys.length; j += KEYS) {
            int i = 0;
            for (; i <= queries - 2; i += 2) {
                two(q, qAt + i * qStride, qAt + (i + 1) * qStride, keys, keyAt + j * stride, stride, width, scores, at + i * row + j, row);
            }
            if (i < queries) {
                one(q, qAt + i * qStride, keys, keyAt + j * stride, stride, width, scores, at + i * row + j);
            }
        }
        for (; j < count; j++) {
            for (int i = 0; i < queries; i++) {
                scores[at + i * row + j] = add(q, qAt + i * qStride, keys, keyAt + j * stride, width, 0, 0);
            }
        }
    }

    private static void one(float[] q, int qAt, float[] keys, int keyAt, int stride, int width, float[] scores, int to) {
        FloatVector sum = FloatVector.zero(SPECIES);
        int d = 0;
        for (; d <= width - 8; d += 8) {
            int at = keyAt + d;
            IntVector r0 = FloatVector.fromArray(SPECIES, keys, at + 0 * stride).reinterpretAsInts();
            IntVector r1 = FloatVector.fromArray(SPECIES, keys, at + 1 * stride).reinterpretAsInts();
            IntVector r2 = FloatVector.fromArray(SPECIES, keys, at + 2 * stride).reinterpretAsInts();
            IntVector r3 = FloatVector.fromArray(SPECIES, keys, at + 3 * stride).reinterpretAsInts();
            IntVector r4 = FloatVector.fromArray(SPECIES, keys, at + 4 * stride).reinterpretAsInts();
            IntVector r5 = FloatVector.fromArray(SPECIES, keys, at + 5 * stride).reinterpretAsInts();
            IntVector r6 = FloatVector.fromArray(SPECIES, keys, at + 6 * stride).reinterpretAsInts();
            IntVector r7 = FloatVector.fromArray(SPECIES, keys, at + 7 * stride).reinterpretAsInts();
            IntVector s0 = LOW.selectFrom(r0, r4);
            IntVector s1 = HIGH.selectFrom(r0, r4);
            IntVector s2 = LOW.selectFrom(r1, r5);
            IntVector s3 = HIGH.selectFrom(r1, r5);
            IntVector s4 = LOW.selectFrom(r2, r6);
            IntVector s5 = HIGH.selectFrom(r2, r6);
            IntVector s6 = LOW.selectFrom(r3, r7);
            IntVector s7 = HIGH.selectFrom(r3, r7);
            IntVector t0 = LOW.selectFrom(s0, s4);
            IntVector t1 = HIGH.selectFrom(s0, s4);
            IntVector t2 = LOW.selectFrom(s1, s5);
            IntVector t3 = HIGH.selectFrom(s1, s5);
            IntVector t4 = LOW.selectFrom(s2, s6);
            IntVector t5 = HIGH.selectFrom(s2, s6);
            IntVector t6 = LOW.selectFrom(s3, s7);
            IntVector t7 = HIGH.selectFrom(s3, s7);
            IntVector u0 = LOW.selectFrom(t0, t4);
            IntVector u1 = HIGH.selectFrom(t0, t4);
            IntVector u2 = LOW.selectFrom(t1, t5);
            IntVector u3 = HIGH.selectFrom(t1, t5);
            IntVector u4 = LOW.selectFrom(t2, t6);
            IntVector u5 = HIGH.selectFrom(t2, t6);
            IntVector u6 = LOW.selectFrom(t3, t7);
            IntVector u7 = HIGH.selectFrom(t3, t7);
            sum = u0.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 0]), sum);
            sum = u1.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 1]), sum);
            sum = u2.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 2]), sum);
            sum = u3.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 3]), sum);
            sum = u4.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 4]), sum);
            sum = u5.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 5]), sum);
            sum = u6.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 6]), sum);
            sum = u7.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 7]), sum);
        }
        sum.intoArray(scores, to);
        addRest(q, qAt, keys, keyAt, stride, width, d, scores, to);
    }

    private static void two(float[] q, int qAt, int otherAt, float[] keys, int keyAt, int stride, int width, float[] scores, int to, int row) {
        FloatVector sum = FloatVector.zero(SPECIES);
        FloatVector other = FloatVector.zero(SPECIES);
        int d = 0;
        for (; d <= width - 8; d += 8) {
            int at = keyAt + d;
            IntVector r0 = FloatVector.fromArray(SPECIES, keys, at + 0 * stride).reinterpretAsInts();
            IntVector r1 = FloatVector.fromArray(SPECIES, keys, at + 1 * stride).reinterpretAsInts();
            IntVector r2 = FloatVector.fromArray(SPECIES, keys, at + 2 * stride).reinterpretAsInts();
            IntVector r3 = FloatVector.fromArray(SPECIES, keys, at + 3 * stride).reinterpretAsInts();
            IntVector r4 = FloatVector.fromArray(SPECIES, keys, at + 4 * stride).reinterpretAsInts();
            IntVector r5 = FloatVector.fromArray(SPECIES, keys, at + 5 * stride).reinterpretAsInts();
            IntVector r6 = FloatVector.fromArray(SPECIES, keys, at + 6 * stride).reinterpretAsInts();
            IntVector r7 = FloatVector.fromArray(SPECIES, keys, at + 7 * stride).reinterpretAsInts();
            IntVector s0 = LOW.selectFrom(r0, r4);
            IntVector s1 = HIGH.selectFrom(r0, r4);
            IntVector s2 = LOW.selectFrom(r1, r5);
            IntVector s3 = HIGH.selectFrom(r1, r5);
            IntVector s4 = LOW.selectFrom(r2, r6);
            IntVector s5 = HIGH.selectFrom(r2, r6);
            IntVector s6 = LOW.selectFrom(r3, r7);
            IntVector s7 = HIGH.selectFrom(r3, r7);
            IntVector t0 = LOW.selectFrom(s0, s4);
            IntVector t1 = HIGH.selectFrom(s0, s4);
            IntVector t2 = LOW.selectFrom(s1, s5);
            IntVector t3 = HIGH.selectFrom(s1, s5);
            IntVector t4 = LOW.selectFrom(s2, s6);
            IntVector t5 = HIGH.selectFrom(s2, s6);
            IntVector t6 = LOW.selectFrom(s3, s7);
            IntVector t7 = HIGH.selectFrom(s3, s7);
            IntVector u0 = LOW.selectFrom(t0, t4);
            IntVector u1 = HIGH.selectFrom(t0, t4);
            IntVector u2 = LOW.selectFrom(t1, t5);
            IntVector u3 = HIGH.selectFrom(t1, t5);
            IntVector u4 = LOW.selectFrom(t2, t6);
            IntVector u5 = HIGH.selectFrom(t2, t6);
            IntVector u6 = LOW.selectFrom(t3, t7);
            IntVector u7 = HIGH.selectFrom(t3, t7);
            sum = u0.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 0]), sum);
            sum = u1.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 1]), sum);
            sum = u2.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 2]), sum);
            sum = u3.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 3]), sum);
            sum = u4.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 4]), sum);
            sum = u5.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 5]), sum);
            sum = u6.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 6]), sum);
            sum = u7.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[qAt + d + 7]), sum);
            other = u0.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[otherAt + d + 0]), other);
            other = u1.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[otherAt + d + 1]), other);
            other = u2.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[otherAt + d + 2]), other);
            other = u3.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[otherAt + d + 3]), other);
            other = u4.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[otherAt + d + 4]), other);
            other = u5.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[otherAt + d + 5]), other);
            other = u6.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[otherAt + d + 6]), other);
            other = u7.reinterpretAsFloats().fma(FloatVector.broadcast(SPECIES, q[otherAt + d + 7]), other);
        }
        sum.intoArray(scores, to);
        other.intoArray(scores, to + row);
        addRest(q, qAt, keys, keyAt, stride, width, d, scores, to);
        addRest(q, otherAt, keys, keyAt, stride, width, d, scores, to + row);
    }

    /** Features from {@code d} on, of eight keys. */
    private static void addRest(float[] q, int qAt, float[] keys, int keyAt, int stride, int width, int d, float[] scores, int to) {
        for (int j = 0; d < width && j < KEYS; j++) {
            scores[to + j] = add(q, qAt, keys, keyAt + j * stride, width, d, scores[to + j]);
        }
    }

    private static float add(float[] q, int qAt, float[] keys, int keyAt, int width, int from, float start) {
        float sum = start;
        for (int d = from; d < width; d++) {
            sum = Math.fma(q[qAt + d], keys[keyAt + d], sum);
        }
        return sum;
    }
}
