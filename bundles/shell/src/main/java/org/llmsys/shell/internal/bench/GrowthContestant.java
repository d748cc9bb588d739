package org.llmsys.shell.internal.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.llmsys.tokenizer.Specials;
import org.llmsys.tokenizer.Tokenizer;

/**
 * Encodes a text that repeats one thing, long and short in turn, to see how the time grows.
 *
 * <pre>
 *   growth = median time of 1 MiB / median time of 128 KiB          8 when time is linear
 * </pre>
 */
final class GrowthContestant implements Contestant {

    private static final int LONG = 1 << 20;
    private static final int SHORT = 1 << 17;
    private static final int LATEST = 41;

    private final Tokenizer tokenizer;
    private final String longText;
    private final String shortText;
    private final Deque<Double> longTimes = new ArrayDeque<>();
    private final Deque<Double> shortTimes = new ArrayDeque<>();

    /** @param repeated what both texts consist of */
    GrowthContestant(Tokenizer tokenizer, String repeated) {
        this.tokenizer = tokenizer;
        int bytes = repeated.getBytes(StandardCharsets.UTF_8).length;
        this.longText = repeated.repeat(LONG / bytes);
        this.shortText = repeated.repeat(SHORT / bytes);
    }

    @Override
    public String name() {
        return tokenizer.type();
    }

    @Override
    public double seconds(int repetitions, Clock clock) {
        double sum = 0;
        for (int i = 0; i < repetitions; i++) {
            remember(shortTimes, clock.seconds(1, () -> tokenizer.ids(shortText, Specials.IGNORED)));
            double time = clock.seconds(1, () -> tokenizer.ids(longText, Specials.IGNORED));
            remember(longTimes, time);
            sum += time;
        }
        return sum / repetitions;
    }

    /** The latest only: the first ones were taken before the code was compiled. */
    private static void remember(Deque<Double> times, double time) {
        times.addLast(time);
        if (times.size() > LATEST) {
            times.removeFirst();
        }
    }

    private static double median(Deque<Double> times) {
        return times.stream().sorted().skip(times.size() / 2).findFirst().orElse(Double.NaN);
    }

    @Override
    public List<Remark> remarks() {
        return List.of(new Remark("over 128 KiB", median(longTimes) / median(shortTimes), "times"));
    }
}
