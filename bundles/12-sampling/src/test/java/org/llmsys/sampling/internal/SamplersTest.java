package org.llmsys.sampling.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.RandomStream;

class SamplersTest {

    private static final float NO = Float.NEGATIVE_INFINITY;

    @Test
    @DisplayName("greedy takes the largest logit, of equals the lowest id")
    void greedy() {
        assertEquals(1, new GreedySampler().pick(new float[] {NO, 7, 7, -3}, () -> 0.9));
        assertEquals(0, new GreedySampler().pick(new float[] {-5}, () -> 0.9));
    }

    @Test
    @DisplayName("probabilities 1/4, 1/2, 1/4: the draws 0, 0.25, 0.74, 0.75, 0.999 give ids 0, 1, 1, 2, 2")
    void categoricalFollowsTheCumulatedProbabilities() {
        float[] logits = {(float) Math.log(0.25), (float) Math.log(0.5), (float) Math.log(0.25)};
        double[] draws = {0, 0.26, 0.74, 0.76, 0.999999};
        int[] ids = {0, 1, 1, 2, 2};
        for (int i = 0; i < draws.length; i++) {
            double u = draws[i];
            assertEquals(ids[i], new CategoricalSampler().pick(logits, () -> u), "draw " + u);
        }
    }

    @Test
    @DisplayName("a removed token is never drawn, not even at the edges of the draw")
    void categoricalSkipsTheRemoved() {
        float[] logits = {NO, 1, NO, 1, NO};
        assertEquals(1, new CategoricalSampler().pick(logits, () -> 0));
        assertEquals(3, new CategoricalSampler().pick(logits, () -> Math.nextDown(1.0)));
    }

    @Test
    @DisplayName("60,000 draws fall as often as the distribution says, within four standard deviations")
    void categoricalFrequencies() {
        double[] p = {0.5, 0.3, 0.15, 0.05};
        float[] logits = new float[p.length];
        for (int i = 0; i < p.length; i++) {
            logits[i] = (float) Math.log(p[i]);
        }
        int n = 60_000;
        int[] counts = new int[p.length];
        for (int i = 0; i < n; i++) {
            counts[new CategoricalSampler().pick(logits, RandomStream.at(5, i)::nextDouble)]++;
        }
        for (int i = 0; i < p.length; i++) {
            assertEquals(n * p[i], counts[i], 4 * Math.sqrt(n * p[i] * (1 - p[i])), "id " + i);
        }
    }
}
