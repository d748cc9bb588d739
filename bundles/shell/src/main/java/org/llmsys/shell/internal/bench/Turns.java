package org.llmsys.shell.internal.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Job;

/**
 * Lets contestants take turns, so that a disturbance hits all alike.
 *
 * <pre>
 *   warm up each;  rounds times:  for each contestant:  one call that is not timed, a turn of timed calls, rest
 *   result = median over the rounds
 *   ratio  = median over the rounds of (the peer's time / our time in that round)
 * </pre>
 */
final class Turns {

    private static final double BETTER = 0.95;
    private static final double WARM_AFTER_TURNS = 5;
    private static final double WARM_UP_AT_MOST_TURNS = 150;
    private static final long COMPILER_LOOK_NANOS = 100_000_000;
    private static final int MOST_REPETITIONS = 100_000;
    private static final double NANOS = 1e9;

    private final double turnSeconds;
    private final Clock clock;
    private final Job job;

    Turns(double turnSeconds, Clock clock, Job job) {
        this.turnSeconds = turnSeconds;
        this.clock = clock;
        this.job = job;
    }

    /**
     * Runs the rounds.
     *
     * @param done rounds of the job that are over already
     * @return seconds of one call, by contestant and round
     */
    Map<Contestant, double[]> run(List<Contestant> contestants, int rounds, long done) {
        Map<Contestant, double[]> times = new LinkedHashMap<>();
        Map<Contestant, Integer> repetitions = new LinkedHashMap<>();
        for (Contestant contestant : contestants) {
            double warm = warmUp(contestant);
            contestant.rest();
            repetitions.put(contestant, (int) Math.clamp(turnSeconds / warm, 1, MOST_REPETITIONS));
            times.put(contestant, new double[rounds]);
        }
        for (int round = 0; round < rounds; round++) {
            for (Contestant contestant : contestants) {
                times.get(contestant)[round] = turn(contestant, repetitions.get(contestant));
                job.checkpoint();
            }
            job.advance(done + round + 1);
        }
        return times;
    }

    private double turn(Contestant contestant, int repetitions) {
        if (repetitions > 1) {                               // one that fills a turn has time enough to find its feet
            contestant.seconds(1, clock);                           // caches are the last contestant's, threads are asleep
        }
        double seconds = contestant.seconds(repetitions, clock);
        contestant.rest();
        return seconds;
    }

    /**
     * Until nothing gets better for a while, and not after the compiler's threads have finished either: vector code is interpreted at
     * first, a hundred times slower, and on a busy machine the compiler takes its time.
     *
     * @return seconds of one call
     */
    private double warmUp(Contestant contestant) {
        double best = Double.POSITIVE_INFINITY;
        double now = steady(contestant);
        while (now < BETTER * best) {
            best = now;
            contestant.rest();
            Calm.await(ProcessHandle.current(), COMPILER_LOOK_NANOS);
            now = steady(contestant);
        }
        return Math.min(best, now);
    }

    private double steady(Contestant contestant) {
        long start = System.nanoTime();
        long improved = start;
        double best = contestant.seconds(1, clock);
        while (since(improved) < WARM_AFTER_TURNS * turnSeconds && since(start) < WARM_UP_AT_MOST_TURNS * turnSeconds) {
            double now = contestant.seconds(1, clock);
            job.checkpoint();
            if (now < BETTER * best) {
                improved = System.nanoTime();
            }
            best = Math.min(best, now);
        }
        return best;
    }

    private static double since(long nanos) {
        return (System.nanoTime() - nanos) / NANOS;
    }

    /** The one in the middle; of an even number, the mean of the two in the middle. */
    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** How many times faster than the peer, neighbours in a round compared with each other. */
    static double ratio(double[] ours, double[] peers) {
        double[] ratios = new double[ours.length];
        for (int round = 0; round < ours.length; round++) {
            ratios[round] = peers[round] / ours[round];
        }
        return median(ratios);
    }
}
