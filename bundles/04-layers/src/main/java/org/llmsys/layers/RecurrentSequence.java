package org.llmsys.layers;

import org.llmsys.tensor.Elements;

/**
 * The sequences of a batch in the order in which one direction reads them: step k is time k, or T-1-k in reverse.
 *
 * @param batch   B
 * @param time    T
 * @param reverse whether the last element is read first
 * @param lengths how many elements each row has, or null when all have T
 */
record RecurrentSequence(int batch, int time, boolean reverse, int[] lengths) {

    /** The time that step k reads, and the step that reads time k. */
    int time(int k) {
        return reverse ? time - 1 - k : k;
    }

    /** Whether a row has no element at a time: what comes before its first step in reverse, or after its last one. */
    boolean absent(int row, int time) {
        return lengths != null && time >= lengths[row];
    }

    /** x (B,T,C) to (T,B,C), a row a step. */
    void toSteps(Elements x, int width, Elements steps) {
        for (int row = 0; row < batch; row++) {
            for (int k = 0; k < time; k++) {
                int from = (row * time + time(k)) * width;
                int to = (k * batch + row) * width;
                for (int i = 0; i < width; i++) {
                    steps.set(to + i, x.get(from + i));
                }
            }
        }
    }

    /** The way back: x (B,T,C) += steps (T,B,C). */
    void addFromSteps(Elements steps, int width, Elements x) {
        for (int row = 0; row < batch; row++) {
            for (int k = 0; k < time; k++) {
                int to = (row * time + time(k)) * width;
                int from = (k * batch + row) * width;
                for (int i = 0; i < width; i++) {
                    x.add(to + i, steps.get(from + i));
                }
            }
        }
    }
}
