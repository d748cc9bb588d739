package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** What the tests of this room compare tensors with. */
final class Expect {

    private Expect() {
    }

    /** The elements in row-major order, whatever the strides. */
    static double[] elements(Tensor t) {
        double[] elements = new double[Math.toIntExact(t.size())];
        StridedWalk walk = new StridedWalk(t);
        for (int i = 0; i < elements.length; i++) {
            elements[i] = t.storage().getDouble(walk.next());
        }
        return elements;
    }

    static void tensor(Tensor actual, Shape shape, double... elements) {
        assertEquals(shape, actual.shape());
        assertArrayEquals(elements, elements(actual));
    }

    /** 0, 1, 2, ... in a shape. */
    static Tensor counting(long... extents) {
        Tensor t = Tensor.zeros(extents);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = i;
        }
        return t;
    }
}
