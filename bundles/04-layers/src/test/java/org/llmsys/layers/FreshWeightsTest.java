package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ShapeException;

class FreshWeightsTest {

    @Test
    @DisplayName("biases are 0, scales 1, running_mean 0 and running_var 1 and not learned, matrices drawn within the bound of kaiming-uniform")
    void conventions() {
        FreshWeights weights = new FreshWeights(7);
        assertArrayEquals(new float[] {0, 0}, weights.get("fc.bias", 2).value().floats());
        assertArrayEquals(new float[] {0, 0}, weights.get("rnn.bias_ih_l0", 2).value().floats());
        assertArrayEquals(new float[] {1, 1}, weights.get("norm.weight", 2).value().floats());
        assertArrayEquals(new float[] {0, 0}, weights.get("norm.running_mean", 2).value().floats());
        assertArrayEquals(new float[] {1, 1}, weights.get("norm.running_var", 2).value().floats());
        assertFalse(weights.get("norm.running_var", 2).differentiable());
        assertTrue(weights.get("norm.weight", 2).differentiable());
        for (float w : weights.get("fc.weight", 6, 50).value().floats()) {
            assertTrue(w != 0 && Math.abs(w) <= 1, "drew " + w);               // sqrt(6 / 6)
        }
    }

    @Test
    @DisplayName("draws depend on seed and whole name, not on the order; the order of asking is kept")
    void drawsAreFunctionsOfSeedAndName() {
        FreshWeights first = new FreshWeights(7);
        FreshWeights second = new FreshWeights(7);
        float[] a = first.scope("h").get("a.weight", 3, 4).value().floats();
        first.get("b.weight", 3, 4);
        float[] b = second.get("b.weight", 3, 4).value().floats();
        assertArrayEquals(a, second.get("h.a.weight", 3, 4).value().floats());
        assertNotEquals(a[0], b[0]);
        assertNotEquals(a[0], new FreshWeights(8).get("h.a.weight", 3, 4).value().floats()[0]);
        assertEquals(List.of("h.a.weight", "b.weight"), List.copyOf(first.all().keySet()));
        assertEquals(List.of("b.weight", "h.a.weight"), List.copyOf(second.named().all().keySet()));
    }

    @Test
    @DisplayName("a name asked for again is the same variable; with another shape it is refused with both")
    void remembers() {
        FreshWeights weights = new FreshWeights(7);
        Variable weight = weights.get("fc.weight", 3, 4);
        assertSame(weight, weights.find("fc.weight", 3, 4));
        assertSame(weight, weights.named().get("fc.weight", 3, 4));
        ShapeException e = assertThrows(ShapeException.class, () -> weights.get("fc.weight", 4, 3));
        assertEquals("fc.weight: (3, 4) and (4, 3) do not fit", e.getMessage());
    }

    @Test
    @DisplayName("rules go by the end of the name, the last one first; what is left out is missing only where it may be")
    void rules() {
        FreshWeights weights = new FreshWeights(7, Initialization.constant(5)).with("weight", Initialization.constant(2))
                .with("out.weight", Initialization.constant(3)).without(".bias");
        assertEquals(2, weights.get("in.weight", 1, 1).value().get(0, 0));
        assertEquals(3, weights.scope("out").get("weight", 1, 1).value().get(0, 0));
        assertEquals(5, weights.get("table", 1, 1).value().get(0, 0));
        assertNull(weights.find("out.bias", 1));
        assertEquals(0, weights.get("out.bias", 1).value().get(0));
    }

    @Test
    @DisplayName("in F64 the same numbers, unrounded")
    void inDouble() {
        Variable wide = new FreshWeights(7, Initialization.xavierNormal(), DType.F64).get("w", 2, 2);
        Variable narrow = new FreshWeights(7, Initialization.xavierNormal()).get("w", 2, 2);
        assertEquals(DType.F64, wide.value().dtype());
        assertEquals((float) wide.value().getDouble(1, 1), narrow.value().get(1, 1));
    }
}
