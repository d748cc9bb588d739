package org.llmsys.shell.internal.bench;

import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** Something to compute with. */
final class Numbers {

    private Numbers() {
    }

    /** Standard normal numbers, row by row. */
    static float[] normal(int rows, int columns, long seed) {
        RandomStream random = RandomStream.at(seed);
        float[] numbers = new float[Math.multiplyExact(rows, columns)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    /** The same as a tensor (rows, columns). */
    static Tensor tensor(int rows, int columns, long seed) {
        return Tensor.of(Shape.of(rows, columns), normal(rows, columns, seed));
    }
}
