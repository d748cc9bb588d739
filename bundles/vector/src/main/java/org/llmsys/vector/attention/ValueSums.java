package org.llmsys.vector.attention;

import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * What the queries take of a run of values, eight values at a time, so that a sum is loaded and stored once for eight of them.
 *
 * <pre>
 *   out[d] += p[0]*V[0,d] + p[1]*V[1,d] + ...        in this order, as a matrix product adds it
 * </pre>
 */
final class ValueSums {

    private static final int LANES = SPECIES.length();
    private static final int VALUES = 8;

    private ValueSums() {
    }

    /**
     * Adds to one output, from {@code outAt} on.
     *
     * @param p      the weight of value j is {@code p[pAt + j]}
     * @param values value j begins at {@code valueAt + j * stride}
     * @param width  HS
     */
    static void add(float[] p, int pAt, float[] values, int valueAt, int stride, int count, int width, float[] out, int outAt) {
        int j = 0;
        for (; j <= count - VALUES; j += VALUES) {
            addEight(p, pAt + j, values, valueAt + j * stride, stride, width, out, outAt);
        }
        for (; j < count; j++) {
            addOne(p[pAt + j], values, valueAt + j * stride, width, out, outAt);
        }
    }

    private static void addEight(float[] p, int at, float[] values, int v0, int stride, int width, float[] out, int outAt) {
        int v1 = v0 + stride;
        int v2 = v1 + stride;
        int v3 = v2 + stride;
        int v4 = v3 + stride;
        int v5 = v4 + stride;
        int v6 = v5 + stride;
        int v7 = v6 + stride;
        int d = 0;
        for (; d <= width - LANES; d += LANES) {
            FloatVector sum = FloatVector.fromArray(SPECIES, out, outAt + d);
            sum = FloatVector.fromArray(SPECIES, values, v0 + d).fma(FloatVector.broadcast(SPECIES, p[at]), sum);
            sum = FloatVector.fromArray(SPECIES, values, v1 + d).fma(FloatVector.broadcast(SPECIES, p[at + 1]), sum);
            sum = FloatVector.fromArray(SPECIES, values, v2 + d).fma(FloatVector.broadcast(SPECIES, p[at + 2]), sum);
            sum = FloatVector.fromArray(SPECIES, values, v3 + d).fma(FloatVector.broadcast(SPECIES, p[at + 3]), sum);
            sum = FloatVector.fromArray(SPECIES, values, v4 + d).fma(FloatVector.broadcast(SPECIES, p[at + 4]), sum);
            sum = FloatVector.fromArray(SPECIES, values, v5 + d).fma(FloatVector.broadcast(SPECIES, p[at + 5]), sum);
            sum = FloatVector.fromArray(SPECIES, values, v6 + d).fma(FloatVector.broadcast(SPECIES, p[at + 6]), sum);
            sum = FloatVector.fromArray(SPECIES, values, v7 + d).fma(FloatVector.broadcast(SPECIES, p[at + 7]), sum);
            sum.intoArray(out, outAt + d);
        }
        for (; d < width; d++) {
            float sum = out[outAt + d];
            for (int j = 0; j < VALUES; j++) {
                sum = Math.fma(p[at + j], values[v0 + j * stride + d], sum);
            }
            out[outAt + d] = sum;
        }
    }

    private static void addOne(float p, float[] values, int valueAt, int width, float[] out, int outAt) {
        int d = 0;
        for (; d <= width - LANES; d += LANES) {
            FloatVector.fromArray(SPECIES, values, valueAt + d).fma(FloatVector.broadcast(SPECIES, p), FloatVector.fromArray(SPECIES, out, outAt + d))
                    .intoArray(out, outAt + d);
        }
        for (; d < width; d++) {
            out[outAt + d] = Math.fma(p, values[valueAt + d], out[outAt + d]);
        }
    }
}
