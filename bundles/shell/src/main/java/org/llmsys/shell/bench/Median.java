package org.llmsys.shell.bench;

import java.util.Arrays;

/** The middle of measured times: what a busy machine did now and then to one of them does not count. */
final class Median {

    private Median() {
    }

    static double of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
