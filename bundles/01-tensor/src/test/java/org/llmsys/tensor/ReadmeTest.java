package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReadmeTest {

    @Test
    @DisplayName("the README's example prints what the README says")
    void example() {
        Tensor x = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        assertEquals("F32 (3, 2)\n[[1, 4],\n [2, 5],\n [3, 6]]", x.transpose(0, 1).toString());
        Tensor mean = x.mean(true, 1);
        Expect.tensor(mean, Shape.of(2, 1), 2, 5);
        assertEquals("F32 (2)\n[0.66667, 0.66667]", x.sub(mean).pow(2).mean(false, 1).toString());
    }

    @Test
    @DisplayName("the README's table of views and its exercise hold")
    void views() {
        Tensor x = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Tensor row = x.select(0, 1);
        assertEquals(3, row.offset());
        assertEquals(0, row.expand(Shape.of(4, 3)).stride(0));
        assertThrows(ShapeException.class, () -> x.transpose(0, 1).reshape(6));
        Expect.tensor(x.transpose(0, 1).reshape(3, 2, 1), Shape.of(3, 2, 1), 1, 4, 2, 5, 3, 6);
    }
}
