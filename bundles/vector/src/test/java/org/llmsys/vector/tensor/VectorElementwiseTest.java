package org.llmsys.vector.tensor;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

class VectorElementwiseTest {

    @Test
    @DisplayName("all four operations give the scalar reference's bits, for awkward sizes and any number of threads")
    void sameBits() {
        ElementwiseKernel scalar = ElementwiseKernel.scalar();
        for (int threads : new int[] {1, 2, 4}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                ElementwiseKernel vector = new VectorElementwise(pool);
                for (int size : new int[] {0, 1, 13, 16, 207, 70_001}) {
                    Tensor a = Numbers.even(1, 3, size);
                    Tensor b = Numbers.even(2, 3, size);
                    Tensor expected = Numbers.even(3, 3, size);
                    Tensor actual = Numbers.even(3, 3, size);
                    scalar.addScaled(a, 0.3f, expected);
                    vector.addScaled(a, 0.3f, actual);
                    Numbers.assertSameBits(expected, actual);
                    scalar.add(a, b, expected);
                    vector.add(a, b, actual);
                    Numbers.assertSameBits(expected, actual);
                    scalar.multiply(a, b, expected);
                    vector.multiply(a, b, actual);
                    Numbers.assertSameBits(expected, actual);
                    scalar.scale(expected, 0.7f, expected);
                    vector.scale(actual, 0.7f, actual);
                    Numbers.assertSameBits(expected, actual);
                }
            }
        }
    }

    @Test
    @DisplayName("operands of two shapes are refused")
    void refusesTwoShapes() {
        ElementwiseKernel vector = new VectorElementwise(WorkerPool.SERIAL);
        assertThrows(ShapeException.class, () -> vector.add(Tensor.zeros(2), Tensor.zeros(3), Tensor.zeros(2)));
        assertThrows(ShapeException.class, () -> vector.scale(Tensor.zeros(2), 1, Tensor.zeros(3)));
    }
}
