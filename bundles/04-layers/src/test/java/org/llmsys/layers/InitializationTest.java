package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Problem;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Tensor;

class InitializationTest {

    @ParameterizedTest(name = "{0}: deviation {1}, bound {2}")
    @DisplayName("mean 0, the promised deviation and bound, over a weight of shape (100, 200)")
    @CsvSource({"normal, 0.02, 1", "xavier-uniform, 0.0816497, 0.1414214", "kaiming-normal, 0.1414214, 10", "kaiming-uniform, 0.1414214, 0.2449490",
        "zeros, 0, 0"})
    void deviations(String name, double deviation, double bound) {
        Tensor weight = Tensor.zeros(100, 200);
        Initialization.named(name).fill(weight, RandomStream.at(5));
        double sum = 0;
        double squares = 0;
        for (float w : weight.floats()) {
            sum += w;
            squares += (double) w * w;
            assertTrue(Math.abs(w) <= bound * 1.000001, name + " drew " + w);
        }
        assertEquals(0, sum / 20_000, 0.03 * deviation);
        assertEquals(deviation, Math.sqrt(squares / 20_000), 0.03 * deviation);
    }

    @Test
    @DisplayName("the same stream gives the same weight, and a view is filled within its bounds")
    void repeats() {
        Tensor a = Tensor.zeros(3, 5);
        Tensor b = Tensor.zeros(3, 5);
        Initialization.normal(1).fill(a, RandomStream.at(5, 1));
        Initialization.normal(1).fill(b, RandomStream.at(5, 1));
        assertArrayEquals(a.floats(), b.floats());
        Tensor whole = Tensor.zeros(3, 2);
        Initialization.named("ones").fill(whole.slice(0, 1, 2), RandomStream.at(1));
        assertArrayEquals(new float[] {0, 0, 1, 1, 0, 0}, whole.floats());
    }

    @Test
    @DisplayName("an unknown name is refused with those there are")
    void unknown() {
        assertTrue(assertThrows(Problem.class, () -> Initialization.named("xavier")).fix().contains("xavier-uniform"));
    }
}
