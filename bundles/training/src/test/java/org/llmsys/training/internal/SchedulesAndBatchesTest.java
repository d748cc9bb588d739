package org.llmsys.training.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Problem;
import org.llmsys.training.BatchSource.Batch;
import org.llmsys.training.LearningRateSchedule.ScheduleSpec;

class SchedulesAndBatchesTest {

    @Test
    @DisplayName("warmup-cosine: 1/2, 1, 1/2 and then the floor, for peak 1, floor 0, warm-up 1, 3 steps")
    void warmupCosine() {
        ScheduleSpec spec = new ScheduleSpec(1, 0, 1, 3);
        double[] rates = IntStream.range(0, 5).mapToDouble(step -> new WarmupCosine().rate(step, spec)).toArray();
        assertArrayEquals(new double[] {0.5, 1, 0.5, 0, 0}, rates, 1e-15);
    }

    @Test
    @DisplayName("warmup-cosine starts at the peak without a warm-up, and survives a warm-up longer than the run")
    void edges() {
        assertEquals(1, new WarmupCosine().rate(0, new ScheduleSpec(1, 0.1, 0, 10)));
        assertEquals(0.5, new WarmupCosine().rate(4, new ScheduleSpec(1, 0.1, 9, 5)));
        assertEquals(0.1, new WarmupCosine().rate(9, new ScheduleSpec(1, 0.1, 9, 5)));
        assertEquals(0.3, new ConstantRate().rate(7, new ScheduleSpec(0.3, 0, 9, 5)));
    }

    @Test
    @DisplayName("each target is the id after its input, each window lies within the text, and all places are reached")
    void windows() {
        int[] ids = IntStream.range(0, 13).toArray();
        boolean[] reached = new boolean[13];
        for (long step = 0; step < 40; step++) {
            Batch batch = new RandomWindows().batch(ids, 3, 4, 9, step);
            for (int i = 0; i < 12; i++) {
                assertEquals(batch.inputs()[i] + 1, batch.targets()[i]);
                assertTrue(i % 4 == 0 || batch.inputs()[i] == batch.inputs()[i - 1] + 1, "a window is torn");
                reached[batch.inputs()[i]] = true;
                reached[batch.targets()[i]] = true;
            }
        }
        assertArrayEquals(IntStream.range(0, 13).mapToObj(i -> true).toArray(), IntStream.range(0, 13).mapToObj(i -> reached[i]).toArray());
    }

    @Test
    @DisplayName("a batch is a function of seed and step; a text of one window works, a shorter one is refused")
    void batches() {
        int[] ids = IntStream.range(0, 207).toArray();
        assertArrayEquals(new RandomWindows().batch(ids, 5, 13, 1, 2).inputs(), new RandomWindows().batch(ids, 5, 13, 1, 2).inputs());
        assertTrue(!java.util.Arrays.equals(new RandomWindows().batch(ids, 5, 13, 1, 2).inputs(), new RandomWindows().batch(ids, 5, 13, 1, 3).inputs()));
        assertArrayEquals(new int[] {5, 6}, new RandomWindows().batch(new int[] {5, 6, 7}, 1, 2, 0, 0).inputs());
        assertThrows(Problem.class, () -> new RandomWindows().batch(new int[] {5, 6}, 1, 2, 0, 0));
    }
}
