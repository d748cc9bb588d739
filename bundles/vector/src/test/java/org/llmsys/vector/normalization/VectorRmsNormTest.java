package org.llmsys.vector.normalization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

/** By hand, and what is RMS normalization's own; what all norms of this room hold is {@link VectorNormalizationTest}. */
class VectorRmsNormTest {

    private static final float EPS = 1e-5f;
    private final Normalization norm = new VectorRmsNorm(WorkerPool.SERIAL);

    @Test
    @DisplayName("(1, 7) has mean square 25: it becomes (0.2, 1.4); with gamma 10 and beta 1 (3, 15); 0 and 1/rms are saved")
    void byHand() {
        Tensor y = Tensor.zeros(1, 2);
        Tensor saved = Tensor.zeros(1, 2);
        Tensor x = Tensor.of(Shape.of(1, 2), 1, 7);
        norm.forward(x, Tensor.of(Shape.of(2), 1, 1), null, 1e-12f, y, saved);
        Numbers.assertClose(new double[] {0.2, 1.4}, y, 1e-6);
        Numbers.assertClose(new double[] {0, 0.2}, saved, 1e-6);
        norm.forward(x, Tensor.of(Shape.of(2), 10, 10), Tensor.of(Shape.of(2), 1, 1), 1e-12f, y, null);
        Numbers.assertClose(new double[] {3, 15}, y, 1e-6);
    }

    @Test
    @DisplayName("zeros become beta; shapes that do not fit are refused by the name rmsnorm")
    void ends() {
        Tensor y = Tensor.zeros(1, 3);
        norm.forward(Tensor.zeros(1, 3), Tensor.of(Shape.of(3), 1, 1, 1), Tensor.of(Shape.of(3), 1, 2, 3), EPS, y, null);
        assertEquals(2, y.get(0, 1));
        ShapeException e = assertThrows(ShapeException.class,
                () -> norm.forward(Tensor.zeros(2, 3), Tensor.zeros(4), null, EPS, Tensor.zeros(2, 3), null));
        assertTrue(e.getMessage().contains("rmsnorm"), e.getMessage());
    }
}
