package org.llmsys.vector.normalization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

/** By hand, and what is layer normalization's own; what all norms of this room hold is {@link VectorNormalizationTest}. */
class VectorLayerNormTest {

    private static final float EPS = 1e-5f;
    private final VectorLayerNorm norm = new VectorLayerNorm(WorkerPool.SERIAL);

    @Test
    @DisplayName("(1, 3) has mean 2 and deviation 1: it becomes (-1, 1); with gamma 2 and beta 5 (3, 7)")
    void byHand() {
        Tensor y = Tensor.zeros(1, 2);
        norm.forward(Tensor.of(Shape.of(1, 2), 1, 3), Tensor.of(Shape.of(2), 1, 1), null, EPS, y, null);
        Numbers.assertClose(new double[] {-1, 1}, y, 1e-5);
        norm.forward(Tensor.of(Shape.of(1, 2), 1, 3), Tensor.of(Shape.of(2), 2, 2), Tensor.of(Shape.of(2), 5, 5), EPS, y, null);
        Numbers.assertClose(new double[] {3, 7}, y, 1e-5);
    }

    @Test
    @DisplayName("a row of equal numbers becomes zeros; shapes that do not fit are refused")
    void ends() {
        Tensor y = Tensor.zeros(1, 3);
        norm.forward(Tensor.of(Shape.of(1, 3), 7, 7, 7), Tensor.of(Shape.of(3), 1, 1, 1), null, EPS, y, null);
        assertEquals(0, y.get(0, 1));
        assertThrows(ShapeException.class, () -> norm.forward(Tensor.zeros(2, 3), Tensor.zeros(4), null, EPS, Tensor.zeros(2, 3), null));
    }
}
