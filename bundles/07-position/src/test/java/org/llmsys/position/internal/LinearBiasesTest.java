package org.llmsys.position.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.ShapeException;

class LinearBiasesTest {

    @Test
    @DisplayName("slopes are those of the paper's program for 1, 3, 6, 8 and 12 heads, and for 5 and 20 those of Bloom in transformers 5.23")
    void slopes() {
        assertArrayEquals(new double[] {1 / 256.0}, LinearBiases.slopes(1), 1e-15);
        assertArrayEquals(new double[] {0.0625, 0.00390625, 0.25}, LinearBiases.slopes(3), 1e-15);
        assertArrayEquals(new double[] {0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125}, LinearBiases.slopes(6), 1e-15);
        assertArrayEquals(new double[] {0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625}, LinearBiases.slopes(8), 1e-15);
        assertArrayEquals(new double[] {0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625, 0.707106781187, 0.353553390593,
            0.176776695297, 0.0883883476483}, LinearBiases.slopes(12), 1e-12);
        assertArrayEquals(new double[] {0.25, 0.0625, 0.015625, 0.00390625, 0.5}, LinearBiases.slopes(5), 1e-15);
        assertArrayEquals(new double[] {0.8408964276313782, 0.5946035981178284, 0.4204482436180115, 0.2973017990589142},
                Arrays.copyOfRange(LinearBiases.slopes(20), 16, 20), 1e-6);
    }

    @Test
    @DisplayName("the bias of 8 heads falls by a half for each position in head 0, and is 0 for the token itself")
    void bias() {
        ScoreBias bias = new LinearBiases().build(new PositionSpec(9, 8, 1, 10_000, "wpe.weight"), null, null).scoreBias(8);
        assertEquals(-3.5, bias.at(0, 7));
        assertEquals(0, bias.at(7, 0), 0);
        assertThrows(ShapeException.class, () -> bias.requireHeads(4));
    }

    @Test
    @DisplayName("no bias adds 0 for any head; slopes that are no numbers, or none, are refused")
    void refuses() {
        assertEquals(0, ScoreBias.NONE.at(99, 5), 0);
        ScoreBias.NONE.requireHeads(7);
        assertThrows(IllegalArgumentException.class, () -> ScoreBias.linear());
        assertThrows(IllegalArgumentException.class, () -> ScoreBias.linear(1, Double.NaN));
    }
}
