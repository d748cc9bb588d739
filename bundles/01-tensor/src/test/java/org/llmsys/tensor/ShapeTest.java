package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;

class ShapeTest {

    @Test
    @DisplayName("a scalar has rank 0 and one element; an extent of 0 makes none")
    void sizes() {
        assertEquals(1, Shape.of().size());
        assertEquals(0, Shape.of(13, 0, 207).size());
        assertEquals(2691, Shape.of(13, 207).size());
        assertArrayEquals(new long[] {12, 4, 1}, Shape.of(2, 3, 4).rowMajorStrides());
    }

    @Test
    @DisplayName("negative axes count from the end; an axis outside says which there are")
    void axes() {
        assertEquals(4, Shape.of(2, 3, 4).extent(-1));
        assertEquals(0, Shape.of(2, 3, 4).axis(-3));
        ShapeException outside = assertThrows(ShapeException.class, () -> Shape.of(2, 3).extent(2));
        assertEquals("axes go from -2 to 1", outside.why());
        assertEquals("a scalar has no axes", assertThrows(ShapeException.class, () -> Shape.of().axis(0)).why());
    }

    @Test
    @DisplayName("a negative extent, or a product beyond 64 bits, is refused, also when another extent is 0")
    void refusesImpossibleExtents() {
        assertThrows(ShapeException.class, () -> Shape.of(2, -1));
        assertThrows(ShapeException.class, () -> Shape.of(1L << 32, 1L << 31));
        assertThrows(ShapeException.class, () -> Shape.of(0, 1L << 32, 1L << 31));
        assertEquals(1L << 62, Shape.of(1L << 31, 1L << 31).size());
        assertThrows(ShapeException.class, () -> Shape.of(1L << 31).intExtent(0));
    }

    @Test
    @DisplayName("bytes of a size: by elements or whole blocks; a negative size, part of a block, and more than 63 bits are one error each")
    void bytes() {
        assertEquals(52, DType.F32.bytes(13));
        assertEquals(26, DType.BF16.bytes(13));
        assertEquals(34 * 4, DType.Q8_0.bytes(128));
        assertEquals(18 * 4, DType.Q4_0.bytes(128));
        assertEquals("a size is 0 or more", assertThrows(Problem.class, () -> DType.F32.bytes(-1)).why());
        assertEquals("they come in blocks of 32", assertThrows(Problem.class, () -> DType.Q4_0.bytes(100)).why());
        assertEquals("the number of bytes does not fit 63 bits", assertThrows(Problem.class, () -> DType.F64.bytes(1L << 60)).why());
        assertThrows(Problem.class, () -> Tensor.zeros(DType.F32, Shape.of(1L << 33)));
        assertThrows(Problem.class, () -> Tensor.zeros(DType.F16, Shape.of(1L << 31)));
    }

    @Test
    @DisplayName("broadcasting aligns at the last axis; 1 meets anything, 0 included")
    void broadcasts() {
        assertEquals(Shape.of(2, 3, 4), Shape.of(3, 1).broadcast("add", Shape.of(2, 1, 4)));
        assertEquals(Shape.of(5), Shape.of().broadcast("add", Shape.of(5)));
        assertEquals(Shape.of(0), Shape.of(1).broadcast("add", Shape.of(0)));
        ShapeException misfit = assertThrows(ShapeException.class, () -> Shape.of(2, 3).broadcast("add", Shape.of(2)));
        assertTrue(misfit.getMessage().contains("add: (2, 3) and (2)"), misfit.getMessage());
        assertThrows(ShapeException.class, () -> Shape.of(1L << 40, 1).broadcast("add", Shape.of(1, 1L << 40)));
    }
}
