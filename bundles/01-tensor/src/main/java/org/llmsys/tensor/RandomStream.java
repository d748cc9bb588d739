package org.llmsys.tensor;

/**
 * Random numbers that are functions of where they are drawn: the same seed and place give the same numbers, whatever was drawn
 * before, so a repeated step repeats its draws. SplitMix64 over a hash of seed and places.
 *
 * <pre>
 *   state += golden gamma;  number = mix(state)        mix: a bijection of 64 bits that flips half of them for any change
 * </pre>
 *
 * <p>A stream belongs to one thread; streams of different places are independent.
 *
 * <pre>{@code
 * RandomStream dropout = RandomStream.at(seed, step, layer);
 * boolean kept = dropout.nextDouble() >= 0.1;
 * }</pre>
 *
 * @see <a href="https://doi.org/10.1145/2660193.2660195">Steele, Lea, Flood 2014, Fast Splittable Pseudorandom Number Generators</a>
 */
public final class RandomStream {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /** The plain SplitMix64 sequence from a state; tests hold it against published values. */
    RandomStream(long state) {
        this.state = state;
    }

    /** The stream at a place, for example {@code RandomStream.at(seed, step, layer)}. */
    public static RandomStream at(long seed, long... places) {
        long state = mix(seed + GOLDEN_GAMMA);
        for (long place : places) {
            state = mix(state ^ mix(place + GOLDEN_GAMMA));
        }
        return new RandomStream(state);
    }

    /** Uniform over all 64 bits. */
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Uniform in [0, 1), 53 bits. */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }

    /** Uniform from 0 to {@code bound - 1}, without bias. */
    public long nextLong(long bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive, not " + bound);
        }
        long largest = Long.MAX_VALUE - Long.MAX_VALUE % bound;
        long draw;
        do {
            draw = nextLong() >>> 1;
        } while (draw >= largest);
        return draw % bound;
    }

    /** Normal with mean 0 and deviation 1, by the method of Box and Muller. */
    public double nextGaussian() {
        double radius = Math.sqrt(-2 * Math.log(1 - nextDouble()));
        return radius * Math.cos(2 * Math.PI * nextDouble());
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
