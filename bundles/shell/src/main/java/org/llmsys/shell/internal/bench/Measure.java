package org.llmsys.shell.internal.bench;

import java.util.List;

/**
 * How seconds are shown: as a time, or as what was done in a second.
 *
 * <pre>
 *   time:  seconds * scale           rate:  amount / seconds
 * </pre>
 */
sealed interface Measure {

    /** Millionths of a second. */
    List<Measure> MICROSECONDS = List.of(new Time("us", 1e6));

    String unit();

    double of(double seconds);

    /** @param scale units in a second */
    record Time(String unit, double scale) implements Measure {

        @Override
        public double of(double seconds) {
            return seconds * scale;
        }
    }

    /** @param amount units of work in one call */
    record Rate(String unit, double amount) implements Measure {

        @Override
        public double of(double seconds) {
            return amount / seconds;
        }
    }
}
