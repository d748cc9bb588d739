package org.llmsys.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RandomStreamTest {

    private static final int DRAWS = 100_000;

    @Test
    @DisplayName("from state 1234567 the published first five numbers of SplitMix64")
    void isSplitMix64() {
        RandomStream stream = new RandomStream(1234567);
        long[] expected = LongStream.of(6457827717110365317L, 3203168211198807973L, Long.parseUnsignedLong("9817491932198370423"),
                4593380528125082431L, Long.parseUnsignedLong("16408922859458223821")).toArray();
        assertArrayEquals(expected, LongStream.generate(stream::nextLong).limit(5).toArray());
    }

    @Test
    @DisplayName("a seed and a place give the same numbers for ever")
    void fixedValues() {
        assertEquals(0x57e1faba65107204L, RandomStream.at(42).nextLong());
        assertEquals(0x6c76b6838274a727L, RandomStream.at(42, 0).nextLong());
        RandomStream stream = RandomStream.at(42, 7, 3);
        assertEquals(0.4998752858570028, stream.nextDouble());
        assertEquals(0.9345465305722931, stream.nextDouble());
        assertEquals(0x4064f35cbc533b4eL, RandomStream.at(42, 3, 7).nextLong());
        assertEquals(0xe6899c055d2b5b3aL, RandomStream.at(-1, 1L << 40).nextLong());
    }

    @Test
    @DisplayName("uniform: mean 1/2 and variance 1/12, along one stream and across neighbouring places")
    void uniform() {
        RandomStream stream = RandomStream.at(1);
        double[] along = new double[DRAWS];
        double[] across = new double[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            along[i] = stream.nextDouble();
            across[i] = RandomStream.at(1, 5, i).nextDouble();
        }
        for (double[] draws : new double[][] {along, across}) {
            assertEquals(0.5, moment(draws, 0, 1), 0.004);                     // four standard errors: 4 * sqrt(1/12 / 100000)
            assertEquals(1 / 12.0, moment(draws, 0.5, 2), 0.001);
            double neighbours = 0;
            for (int i = 1; i < DRAWS; i++) {
                assertTrue(draws[i] >= 0 && draws[i] < 1);
                neighbours += (draws[i] - 0.5) * (draws[i - 1] - 0.5) * 12 / DRAWS;
            }
            assertEquals(0, neighbours, 0.013);
        }
    }

    @Test
    @DisplayName("normal: mean 0, variance 1, skewness 0, fourth moment 3, two thirds within one deviation")
    void gaussian() {
        RandomStream stream = RandomStream.at(2);
        double[] draws = new double[DRAWS];
        int within = 0;
        for (int i = 0; i < DRAWS; i++) {
            draws[i] = stream.nextGaussian();
            assertTrue(Double.isFinite(draws[i]));
            within += Math.abs(draws[i]) < 1 ? 1 : 0;
        }
        assertEquals(0, moment(draws, 0, 1), 0.013);
        assertEquals(1, moment(draws, 0, 2), 0.018);
        assertEquals(0, moment(draws, 0, 3), 0.05);
        assertEquals(3, moment(draws, 0, 4), 0.13);
        assertEquals(0.6827, within / (double) DRAWS, 0.006);
    }

    @Test
    @DisplayName("whole numbers below 6 come equally often, also below bounds near 2^63; a bound of 0 is refused")
    void bounded() {
        RandomStream stream = RandomStream.at(3);
        int[] counts = new int[6];
        for (int i = 0; i < 60_000; i++) {
            counts[(int) stream.nextLong(6)]++;
        }
        for (int count : counts) {
            assertEquals(10_000, count, 400);
        }
        long bound = (1L << 62) + 1;                                           // without rejection the lower half would come twice as often
        int low = 0;
        for (int i = 0; i < 10_000; i++) {
            long draw = stream.nextLong(bound);
            assertTrue(draw >= 0 && draw < bound);
            low += draw < bound / 2 ? 1 : 0;
        }
        assertEquals(5_000, low, 200);
        assertEquals(0, stream.nextLong(1));
        assertThrows(IllegalArgumentException.class, () -> stream.nextLong(0));
    }

    private static double moment(double[] draws, double center, int power) {
        double sum = 0;
        for (double draw : draws) {
            sum += Math.pow(draw - center, power);
        }
        return sum / draws.length;
    }
}
