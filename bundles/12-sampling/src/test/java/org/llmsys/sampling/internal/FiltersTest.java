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
import org.llmsys.sampling.LogitsFilter;
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
    @DisplayName("min-p: of probabilities 8/16, 4/16, 3/16, 1/16 those below a quarter of the largest go; 0 keeps all, 1 the likeliest")
    void minPFollowsTheLargest() {
        float[] logits = {log(3 / 16f), log(8 / 16f), log(1 / 16f), log(4 / 16f)};
        apply(new MinPFilter(), "p", 0, logits);
        assertEquals(log(1 / 16f), logits[2]);
        apply(new MinPFilter(), "p", 0.25, logits);
        assertArrayEquals(new float[] {log(3 / 16f), log(8 / 16f), NO, log(4 / 16f)}, logits);
        apply(new MinPFilter(), "p", 1, logits);
        assertArrayEquals(new float[] {NO, log(8 / 16f), NO, NO}, logits);
    }

    @Test
    @DisplayName("repetition penalty 2: tokens of the prompt and of the text, among the last three, are halved above 0 and doubled below")
    void repetitionPenaltyHasAWindow() {
        LogitsFilter filter = new RepetitionPenaltyFilter().create(options(new RepetitionPenaltyFilter(), Map.of("penalty", 2.0, "window", 3.0)));
        filter.begin(new int[] {0, 1, 2});
        float[] full = {4, 4, 4, 4, 4};
        filter.apply(full);
        assertArrayEquals(new float[] {2, 2, 2, 4, 4}, full);
        filter.accept(3);                                                          // 0 falls out of the window
        float[] logits = {4, 4, -4, NO, 4};
        filter.apply(logits);
        assertArrayEquals(new float[] {4, 2, -8, NO, 4}, logits);
        filter.apply(logits);                                                      // applying changes nothing that is remembered
        assertArrayEquals(new float[] {4, 1, -16, NO, 4}, logits);
        filter.accept(1);
        filter.accept(1);
        filter.accept(1);
        float[] later = {4, 4, 4, 4, 4};
        filter.apply(later);
        assertArrayEquals(new float[] {4, 2, 4, 4, 4}, later);
    }

    @Test
    @DisplayName("presence counts once, frequency counts each time, and neither counts the prompt")
    void presenceAndFrequency() {
        LogitsFilter presence = new PresencePenaltyFilter().create(options(new PresencePenaltyFilter(), Map.of("penalty", 0.5)));
        LogitsFilter frequency = new FrequencyPenaltyFilter().create(options(new FrequencyPenaltyFilter(), Map.of("penalty", -0.5)));
        for (LogitsFilter filter : new LogitsFilter[] {presence, frequency}) {
            filter.begin(new int[] {0, 0});
            filter.accept(1);
            filter.accept(2);
            filter.accept(2);
        }
        float[] once = {1, 1, 1};
        presence.apply(once);
        assertArrayEquals(new float[] {1, 0.5f, 0.5f}, once);
        float[] each = {1, 1, 1};
        frequency.apply(each);
        assertArrayEquals(new float[] {1, 1.5f, 2}, each);
    }

    private static Options options(LogitsFilterFactory factory, Map<String, Double> values) {
        return new Options("test", factory.options(), values);
    }

    @Test
    @DisplayName("logit bias: named tokens get theirs, all others what is said for the others, a removed one stays removed")
    void logitBias() {
        LogitBiasFilter factory = new LogitBiasFilter();
        float[] some = {1, 2, NO, 4};
        factory.create(Options.of("logit-bias", factory, Map.of("3", -100.0, "0", 2.5, "2", 9.0))).apply(some);
        assertArrayEquals(new float[] {3.5f, 2, NO, -96}, some);
        float[] only = {1, 2, 3, 4};
        factory.create(Options.of("logit-bias", factory, Map.of("others", -100.0, "1", 0.0))).apply(only);
        assertArrayEquals(new float[] {-99, 2, -97, -96}, only);
    }

    @Test
    @DisplayName("a bias for an id the model does not have, beyond 100, for a name that is no id, or for a filter without such options is refused")
    void logitBiasIsChecked() {
        LogitBiasFilter factory = new LogitBiasFilter();
        LogitsFilter filter = factory.create(Options.of("logit-bias", factory, Map.of("4", 1.0)));
        Problem beyond = assertThrows(Problem.class, () -> filter.apply(new float[4]));
        assertTrue(beyond.getMessage().contains("no token 4") && beyond.why().contains("0 to 3"), beyond.text());
        assertTrue(assertThrows(Problem.class, () -> Options.of("logit-bias", factory, Map.of("4", 101.0))).why().contains("-100.0 to 100.0"));
        for (String name : new String[] {"-1", "1.5", "four", "", "999999999999", "٤"}) {
            Problem problem = assertThrows(Problem.class, () -> Options.of("logit-bias", factory, Map.of(name, 1.0)), name);
            assertTrue(problem.why().contains("a token's id"), problem.text());
        }
        assertThrows(Problem.class, () -> Options.of("top-k", new TopKFilter(), Map.of("4", 1.0)));
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
