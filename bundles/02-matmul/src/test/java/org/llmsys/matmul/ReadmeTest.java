package org.llmsys.matmul;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** The code of the room's README runs here, and gives what the README says. */
class ReadmeTest {

    @Test
    @DisplayName("batches of products are shaped and computed as the README says")
    void products() {
        assertEquals(Shape.of(8, 4, 5, 2), TensorProduct.shapeOf(Shape.of(8, 1, 5, 3), Shape.of(4, 3, 2)));
        MatmulKernel kernel = MatmulKernel.naive();
        Tensor q = Tensor.of(Shape.of(1, 1, 2, 2), 1, 2, 3, 4);
        Tensor k = Tensor.of(Shape.of(1, 1, 2, 2), 5, 6, 7, 8);
        Tensor scores = Tensor.zeros(1, 1, 2, 2);
        TensorProduct.multiply(kernel, q, k.transpose(-1, -2), scores, false);      // (B,NH,T,HS)·(B,NH,HS,T) -> (B,NH,T,T)
        assertEquals(1 * 5 + 2 * 6, scores.get(0, 0, 0, 0));
        assertEquals(1 * 7 + 2 * 8, scores.get(0, 0, 0, 1));
        assertEquals(3 * 5 + 4 * 6, scores.get(0, 0, 1, 0));
        assertEquals(3 * 7 + 4 * 8, scores.get(0, 0, 1, 1));
    }
}
