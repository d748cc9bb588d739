package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llmsys.tensor.internal.ArenaAllocator;
import org.llmsys.tensor.internal.HeapAllocator;

class ElementsTest {

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64", "I32", "I64", "F16", "BF16"})
    @DisplayName("of a view that begins inside its storage: index 0 is the view's first element, heap, counted heap and arena alike")
    void beginsAtTheView(DType dtype) {
        for (Storage storage : new Storage[] {Tensor.zeros(dtype, Shape.of(13)).storage(),
            new HeapAllocator().allocate(dtype, 13, "test"), new ArenaAllocator().allocate(dtype, 13, "test")}) {
            Tensor view = Tensor.of(storage, Shape.of(13)).slice(0, 4, 10).reshape(2, 3);
            Elements elements = view.elements();
            assertEquals(6, elements.size());
            for (int i = 0; i < 6; i++) {
                elements.set(i, i + 1);
                elements.add(i, 2);
                assertEquals(i + 3, elements.get(i));
            }
            assertEquals(8, view.get(1, 2));
            assertEquals(0, storage.getDouble(3));
            assertEquals(0, storage.getDouble(10));
        }
    }

    @Test
    @DisplayName("F32 and F64 on the heap are read from their arrays, without a detour")
    void arrays() {
        float[] floats = {1, 2};
        double[] doubles = {1, 2};
        assertSame(floats, ((FloatElements) Tensor.of(Shape.of(2), floats).elements()).array());
        assertSame(doubles, ((DoubleElements) Tensor.ofDoubles(Shape.of(2), doubles).elements()).array());
    }

    @Test
    @DisplayName("a sum is taken in double and rounded once when it is stored")
    void roundsOnce() {
        Elements x = Tensor.of(Shape.of(1), 1).elements();
        x.add(0, 0x1p-24 + 0x1p-50);                                   // just above half a unit: up; as a float it would be a tie
        assertEquals(1 + 0x1p-23, x.get(0));
        Elements y = Tensor.ofDoubles(Shape.of(1), 1).elements();
        y.add(0, 0x1p-52);
        assertEquals(1 + 0x1p-52, y.get(0));
    }

    @Test
    @DisplayName("elements that lie apart are refused with a sentence that says what to do; no elements are none")
    void refusesStrides() {
        ShapeException apart = assertThrows(ShapeException.class, () -> Tensor.zeros(2, 3).transpose(0, 1).elements());
        assertTrue(apart.why().contains("contiguous()"), apart.why());
        assertEquals(0, Tensor.zeros(0, 3).transpose(0, 1).elements().size());
        assertEquals(5, Tensor.of(Shape.of(), 5).elements().get(0));
        assertThrows(IndexOutOfBoundsException.class, () -> Tensor.zeros(3).elements().get(3));
    }
}
