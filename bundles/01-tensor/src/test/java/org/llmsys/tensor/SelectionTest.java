package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.llmsys.tensor.Expect.counting;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;

class SelectionTest {

    @Test
    @DisplayName("rows of a table by ids (2,2), as an embedding does: (3,2) becomes (2,2,2)")
    void gathersRows() {
        Tensor ids = Tensor.ofInts(Shape.of(2, 2), 2, 0, 1, 2);
        Expect.tensor(counting(3, 2).gather(0, ids), Shape.of(2, 2, 2), 4, 5, 0, 1, 2, 3, 4, 5);
        Expect.tensor(counting(3, 2).gather(1, Tensor.ofLongs(Shape.of(), 1)), Shape.of(3), 1, 3, 5);
        Expect.tensor(counting(3, 2).gather(0, Tensor.ofLongs(Shape.of(0))), Shape.of(0, 2));
        Expect.tensor(counting(2, 3).transpose(0, 1).gather(-1, Tensor.ofLongs(Shape.of(3), 1, 1, 0)),
                Shape.of(3, 3), 3, 3, 0, 4, 4, 1, 5, 5, 2);
    }

    @Test
    @DisplayName("a negative index counts from the end; one outside the axis is refused with the range; so are indices that are not whole")
    void refusesIndices() {
        Problem outside = assertThrows(Problem.class, () -> counting(3, 2).gather(0, Tensor.ofInts(Shape.of(1), 3)));
        assertEquals("gather: index 3 is not in axis 0 of (3, 2)", outside.getMessage());
        assertThrows(Problem.class, () -> counting(3, 2).gather(0, Tensor.ofInts(Shape.of(1), -4)));
        assertThrows(Problem.class, () -> Tensor.zeros(0, 2).gather(0, Tensor.ofInts(Shape.of(1), 0)));
        Expect.tensor(counting(3, 2).gather(0, Tensor.ofInts(Shape.of(2), -1, -3)), Shape.of(2, 2), 4, 5, 0, 1);
        assertThrows(Problem.class, () -> counting(3, 2).gather(0, Tensor.of(Shape.of(1), 1)));
    }

    @Test
    @DisplayName("gatherElements picks one element a place, of views too, and refuses indices that reach beyond another axis")
    void gathersElements() {
        Tensor x = counting(3, 2);
        Tensor rows = Tensor.ofInts(Shape.of(2, 2), 2, 0, -2, 1);
        Expect.tensor(x.gatherElements(0, rows), Shape.of(2, 2), 4, 1, 2, 3);
        Expect.tensor(x.gatherElements(1, Tensor.ofLongs(Shape.of(3, 3), 0, 1, 0, 1, 1, 1, -1, 0, 0)), Shape.of(3, 3), 0, 1, 0, 3, 3, 3, 5, 4, 4);
        Expect.tensor(x.transpose(0, 1).gatherElements(1, rows), Shape.of(2, 2), 4, 0, 3, 3);
        Expect.tensor(x.gatherElements(0, Tensor.ofInts(Shape.of(0, 2))), Shape.of(0, 2));
        assertThrows(ShapeException.class, () -> x.gatherElements(0, Tensor.ofInts(Shape.of(1, 3), 0, 0, 0)));
        assertThrows(ShapeException.class, () -> x.gatherElements(0, Tensor.ofInts(Shape.of(1), 0)));
        assertThrows(Problem.class, () -> x.gatherElements(0, Tensor.ofInts(Shape.of(1, 1), 3)));
    }

    @Test
    @DisplayName("running sums along an axis, with and without the element itself, backwards by flip, whole numbers exactly")
    void runningSums() {
        Tensor x = counting(2, 3);
        Expect.tensor(x.cumSum(1, false), Shape.of(2, 3), 0, 1, 3, 3, 7, 12);
        Expect.tensor(x.cumSum(1, true), Shape.of(2, 3), 0, 0, 1, 0, 3, 7);
        Expect.tensor(x.cumSum(0, false), Shape.of(2, 3), 0, 1, 2, 3, 5, 7);
        Expect.tensor(x.flip(1).cumSum(1, false).flip(1), Shape.of(2, 3), 3, 3, 2, 12, 9, 5);
        Tensor whole = Tensor.ofLongs(Shape.of(3), (1L << 60) + 1, 1, 1);
        assertEquals((1L << 60) + 3, whole.cumSum(0, false).getLong(2));
        assertEquals((1L << 60) + 2, whole.cumSum(0, true).getLong(2));
        Expect.tensor(Tensor.zeros(2, 0).cumSum(1, false), Shape.of(2, 0));
        assertThrows(ShapeException.class, () -> x.cumSum(2, false));
        assertThrows(ShapeException.class, () -> Tensor.zeros().cumSum(0, false));
    }

    @Test
    @DisplayName("what split takes apart, concat puts together, along every axis and with parts of 0")
    void splitAndConcat() {
        Tensor x = counting(2, 5, 3);
        List<Tensor> parts = x.split(1, 2, 0, 3);
        assertEquals(Shape.of(2, 0, 3), parts.get(1).shape());
        assertSame(x.storage(), parts.get(2).storage());
        Expect.tensor(Tensor.concat(1, parts.toArray(Tensor[]::new)), x.shape(), Expect.elements(x));
        Expect.tensor(Tensor.concat(-1, counting(2, 1), counting(2, 2)), Shape.of(2, 3), 0, 0, 1, 1, 2, 3);
    }

    @Test
    @DisplayName("parts that do not fit are refused")
    void refusesParts() {
        assertThrows(ShapeException.class, () -> counting(4).split(0, 1, 2));
        assertThrows(ShapeException.class, () -> counting(4).split(0, 5, -1));
        assertThrows(ShapeException.class, () -> Tensor.concat(0, counting(2, 2), counting(2, 3)));
        assertThrows(ShapeException.class, () -> Tensor.concat(0, counting(2, 2), counting(2)));
        assertThrows(Problem.class, () -> Tensor.concat(0, counting(2), Tensor.zeros(DType.F64, Shape.of(2))));
        assertThrows(Problem.class, () -> Tensor.concat(0));
    }
}
