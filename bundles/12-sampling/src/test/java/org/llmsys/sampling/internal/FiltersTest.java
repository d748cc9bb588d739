package org.llmsys.sampling.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.sampling.LogitsFilterFactory;
import org.llmsys.sampling.Options;

/** Cases small enough to check by hand. */
class FiltersTest {

    private static final float NO = Float.NEGATIVE_INFINITY;

    @Test
    @DisplayName("top-p: probabilities 1/8, 1/2, 1/4, 1/8 and p = 0.7: the two largest reach 0.75, the rest go")
    void topPKeepsTheSmallestSetThatReachesP() {
        float[] logits = {log(1 / 8f), log(1 / 2f), log(1 / 4f), log(1 / 8f)};
        apply(new TopPFilter(), "p", 0.7, logits);
        assertArrayEquals(new float[] {NO, log(1 / 2f), log(1 / 4f), NO}, logits);
    }

    @Test
    @DisplayName("top-p = 0 keeps the likeliest token, top-p = 1 keeps all")
    void topPAtItsEnds() {
        float[] logits = {log(0.1f), log(0.9f)};
        apply(new TopPFilter(), "p", 1, logits);
        assertArrayEquals(new float[] {log(0.1f), log(0.9f)}, logits);
        apply(new TopPFilter(), "p", 0, logits);
        assertArrayEquals(new float[] {NO, log(0.9f)}, logits);
    }

    @Test
    @DisplayName("top-k: exactly k stay, of equals the lower ids; k beyond V changes nothing")
    void topKKeepsExactlyK() {
        float[] logits = {2, 5, 2, 2, 1};
        apply(new TopKFilter(), "k", 3, logits);
        assertArrayEquals(new float[] {2, 5, 2, NO, NO}, logits);
        apply(new TopKFilter(), "k", 100, logits);
        assertArrayEquals(new float[] {2, 5, 2, NO, NO}, logits);
    }

    @Test
    @DisplayName("temperature 2 halves the odds in the logarithm: ratios 4 : 1 become 2 : 1")
    void temperatureFlattens() {
        float[] logits = {log(0.8f), log(0.2f)};
        apply(new TemperatureFilter(), "temperature", 2, logits);
        double[] p = Softmax.of(logits);
        assertEquals(2.0 / 3, p[0], 1e-6);
        assertEquals(1.0 / 3, p[1], 1e-6);
    }

    @Test
    @DisplayName("temperature 0 and a tiny one both leave a token to pick, without NaN")
    void temperatureNearZero() {
        float[] logits = {1, 3, 3, NO};
        apply(new TemperatureFilter(), "temperature", 0, logits);
        assertArrayEquals(new float[] {NO, 3, NO, NO}, logits);
        float[] huge = {1e30f, 2e30f};
        apply(new TemperatureFilter(), "temperature", 1e-9, huge);
        assertEquals(0, huge[1]);
        assertTrue(Arrays.stream(Softmax.of(huge)).allMatch(Double::isFinite));
    }

    @Test
    @DisplayName("a removed token stays removed through every filter")
    void removedStaysRemoved() {
        float[] logits = {NO, 1, 2};
        apply(new TemperatureFilter(), "temperature", 0.5, logits);
        apply(new TopKFilter(), "k", 3, logits);
        apply(new TopPFilter(), "p", 0.99, logits);
        assertEquals(NO, logits[0]);
    }

    @Test
    @DisplayName("a value out of range, NaN and an unknown option are refused with the range or the nearest name")
    void optionsAreChecked() {
        assertTrue(assertThrows(Problem.class, () -> apply(new TopPFilter(), "p", 1.5, new float[1])).why().contains("0.0 to 1.0"));
        assertThrows(Problem.class, () -> apply(new TopPFilter(), "p", Double.NaN, new float[1]));
        assertThrows(Problem.class, () -> apply(new TopKFilter(), "k", 0, new float[1]));
        assertTrue(assertThrows(Problem.class, () -> apply(new TemperatureFilter(), "temperatur", 1, new float[1])).fix().contains("temperature"));
    }

    private static void apply(LogitsFilterFactory filter, String option, double value, float[] logits) {
        filter.create(new Options("filter", filter.options(), Map.of(option, value))).apply(logits);
    }

    private static float log(float probability) {
        return (float) Math.log(probability);
    }
}
