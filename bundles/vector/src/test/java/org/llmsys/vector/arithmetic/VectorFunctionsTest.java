package org.llmsys.vector.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.llmsys.vector.arithmetic.VectorFunctions.SPECIES;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.WorkerPool;

import jdk.incubator.vector.FloatVector;

class VectorFunctionsTest {

    @Test
    @DisplayName("exp is within 2e-7 of the true value, relatively, from -87 to 88")
    void expIsClose() {
        for (double x = -87; x < 88; x += 0.00317) {
            float given = (float) x;
            double expected = Math.exp(given);
            assertEquals(expected, exp(given), 2e-7 * expected, "exp(" + given + ")");
        }
    }

    @Test
    @DisplayName("exp(0) = 1, exp(-∞) = 0, exp(-88) = 0, exp(1000) is finite, exp(NaN) is NaN")
    void expAtItsEnds() {
        assertEquals(1, exp(0));
        assertEquals(0, exp(Float.NEGATIVE_INFINITY));
        assertEquals(0, exp(-88));
        assertTrue(exp(1000) > 1e38f && Float.isFinite(exp(1000)));
        assertTrue(Float.isNaN(exp(Float.NaN)));
    }

    @Test
    @DisplayName("the sum adds lanes in one tree: halves, quarters, eighths, with the rounding of exactly that order")
    void sumIsATree() {
        float[] lanes = new float[SPECIES.length()];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = (float) (1 / Math.exp(i * 1.7) + i * 1e-3);
        }
        float[] tree = lanes.clone();
        for (int half = lanes.length / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                tree[i] += tree[i + half];
            }
        }
        for (int repeat = 0; repeat < 20_000; repeat++) {                              // interpreted first, compiled later
            assertEquals(tree[0], VectorFunctions.sum(FloatVector.fromArray(SPECIES, lanes, 0)));
        }
    }

    @Test
    @DisplayName("chunks of 4 over 10 elements are 0-4, 4-8, 8-10; over none there is no chunk")
    void chunks() {
        List<String> seen = new ArrayList<>();
        Chunks.run(WorkerPool.SERIAL, 10, 4, (from, to) -> seen.add(from + "-" + to));
        Chunks.run(WorkerPool.SERIAL, 0, 4, (from, to) -> seen.add("none"));
        assertEquals(List.of("0-4", "4-8", "8-10"), seen);
    }

    private static float exp(float x) {
        return VectorFunctions.exp(FloatVector.broadcast(SPECIES, x)).lane(0);
    }
}
