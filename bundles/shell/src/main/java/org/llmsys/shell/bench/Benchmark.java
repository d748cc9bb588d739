package org.llmsys.shell.bench;

import java.util.List;

import org.llmsys.shell.Arguments;
import org.llmsys.shell.Console;

/** One measurement that {@code ./llmsys bench NAME} can run. Offered as a service with the property {@code llmsys.bench}. */
public interface Benchmark {

    /** The service property that holds the name. */
    String NAME = "llmsys.bench";

    /** Measures; what it finds on the way goes to {@code console.err()}. */
    List<Row> run(Arguments arguments, Console console) throws Exception;

    /**
     * One figure.
     *
     * @param slot      whose algorithm was measured
     * @param name      the provider
     * @param workload  what it worked on, in JSON {@code case}
     * @param threads   how many threads might work
     * @param value     the figure
     * @param unit      of {@code value}
     * @param peer      who else was measured in the same run, or null
     * @param peerValue the peer's figure
     * @param ratio     above 1: we are faster
     */
    record Row(String slot, String name, String workload, int threads, double value, String unit, String peer, double peerValue, double ratio) {

        static Row alone(String slot, String name, String workload, int threads, double value, String unit) {
            return new Row(slot, name, workload, threads, value, unit, null, Double.NaN, Double.NaN);
        }
    }
}
