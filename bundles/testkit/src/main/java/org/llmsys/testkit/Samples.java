package org.llmsys.testkit;

import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** Inputs for checks: the same numbers every time, and sizes that do not fit blocks, lanes and tiles. */
public final class Samples {

    /** The unit roundoff of F32, 2^-24. */
    public static final double UNIT_ROUNDOFF = 0x1p-24;

    private static final long SEED = 20_240;

    private Samples() {
    }

    /** F32 numbers from a normal distribution; another {@code place} gives others. */
    public static Tensor normal(long place, long... extents) {
        Tensor t = Tensor.zeros(extents);
        RandomStream random = RandomStream.at(SEED, place);
        float[] elements = t.floats();
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) random.nextGaussian();
        }
        return t;
    }

    /** Numbers from 0 to {@code bound - 1}. */
    public static int[] ids(long place, int count, int bound) {
        RandomStream random = RandomStream.at(SEED, place);
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = (int) random.nextLong(bound);
        }
        return ids;
    }

    /** The elements in double. */
    public static double[] doubles(Tensor t) {
        float[] elements = t.contiguous().floats();
        double[] wide = new double[Math.toIntExact(t.size())];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = elements[t.contiguous().floatOffset() + i];
        }
        return wide;
    }

    /** A tensor that does not begin at element 0 of its array, so that offsets matter. */
    public static Tensor shifted(Tensor t) {
        Tensor wide = Tensor.zeros(t.size() + 7);
        Tensor view = wide.slice(0, 7, 7 + t.size()).reshape(t.shape().extents());
        view.copyFrom(t);
        return view;
    }

    /** An empty tensor of this shape at an offset. */
    public static Tensor shiftedZeros(Shape shape) {
        return shifted(Tensor.zeros(shape.extents()));
    }
}
