package org.llmsys.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;

import org.llmsys.tensor.Tensor;

/** Inputs and comparisons that the tests of this bundle share. */
public final class Numbers {

    private Numbers() {
    }

    /** Even numbers from -size to size, with an offset of 3 in their array, so that no kernel may forget offsets. */
    public static Tensor even(long seed, double size, long... extents) {
        long count = 1;
        for (long extent : extents) {
            count *= extent;
        }
        SplittableRandom random = new SplittableRandom(seed);
        Tensor whole = Tensor.zeros(count + 3);
        for (int i = 0; i < whole.floats().length; i++) {
            whole.floats()[i] = (float) ((random.nextDouble() * 2 - 1) * size);
        }
        return whole.slice(0, 3, count + 3).reshape(extents);
    }

    public static void assertClose(double[] expected, Tensor actual, double tolerance) {
        assertEquals(expected.length, actual.size());
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual.floats()[actual.floatOffset() + i], tolerance * Math.max(1, Math.abs(expected[i])), "element " + i);
        }
    }

    public static void assertSameBits(Tensor expected, Tensor actual) {
        assertEquals(expected.shape(), actual.shape());
        for (int i = 0; i < expected.size(); i++) {
            int wanted = Float.floatToIntBits(expected.floats()[expected.floatOffset() + i]);
            int got = Float.floatToIntBits(actual.floats()[actual.floatOffset() + i]);
            int at = i;
            assertEquals(wanted, got, () -> "bits of element " + at);
        }
    }

    /** Element i of a contiguous tensor. */
    public static double at(Tensor t, int i) {
        return t.floats()[t.floatOffset() + i];
    }

    /** The elements, in order, however they lie. */
    public static double[] doubles(Tensor t) {
        Tensor rows = t.contiguous();
        double[] doubles = new double[(int) rows.size()];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = at(rows, i);
        }
        return doubles;
    }
}
