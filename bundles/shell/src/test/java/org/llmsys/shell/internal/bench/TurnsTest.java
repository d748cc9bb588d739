package org.llmsys.shell.internal.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Job;

class TurnsTest {

    private static final double TURN = 0.001;

    private final List<String> log = new ArrayList<>();

    /** Says that a call takes this long; in round r (from 0) r times as long on top. */
    private final class Stopwatch implements Contestant {

        private final String name;
        private final double seconds;
        private int turns = -2;                              // the rests in and after the warm-up make it 0

        Stopwatch(String name, double seconds) {
            this.name = name;
            this.seconds = seconds;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public double seconds(int repetitions, Clock clock) {
            log.add(name + repetitions);
            return seconds * (1 + Math.max(0, turns));
        }

        @Override
        public void rest() {
            turns++;
            log.add(name + " rests");
        }
    }

    @Test
    @DisplayName("contestants take turns in every round: a call that does not count, a turn of calls, rest; none begins before the other rests")
    void interleaved() {
        Stopwatch a = new Stopwatch("a", TURN / 4);
        Stopwatch b = new Stopwatch("b", TURN);
        Map<Contestant, double[]> times = new Turns(TURN, Clock.WALL, Job.silent("test")).run(List.of(a, b), 3, 0);
        assertEquals(2 + 3, log.stream().filter("b rests"::equals).count(), "in the warm-up, after it, and in every round");
        List<String> afterWarmUp = log.subList(log.size() - 15, log.size());
        assertEquals("b rests", log.get(log.size() - 16));
        List<String> round = List.of("a1", "a4", "a rests", "b1", "b rests");
        List<String> rounds = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            rounds.addAll(round);
        }
        assertEquals(rounds, afterWarmUp);
        assertArrayEquals(new double[] {TURN / 4, TURN / 2, TURN * 3 / 4}, times.get(a), 1e-12);
        assertArrayEquals(new double[] {TURN, 2 * TURN, 3 * TURN}, times.get(b), 1e-12);
    }

    @Test
    @DisplayName("a cancelled job ends the rounds")
    void cancelled() {
        Job job = Job.silent("test");
        job.cancel();
        assertThrows(CancellationException.class, () -> new Turns(TURN, Clock.WALL, job).run(List.of(new Stopwatch("a", TURN)), 3, 0));
    }

    @Test
    @DisplayName("the median of an odd number is the middle one, of an even number the mean of the two in the middle")
    void median() {
        assertEquals(2, Turns.median(9, 1, 2));
        assertEquals(2.5, Turns.median(3, 9, 1, 2));
    }

    @Test
    @DisplayName("the ratio is the median of the rounds' ratios: a round that disturbed both does not count double")
    void ratio() {
        double[] ours = {1, 1, 10};
        double[] peers = {2, 1.5, 20};
        assertEquals(2, Turns.ratio(ours, peers));
        assertEquals(0.5, Turns.ratio(peers, ours));
    }
}
