package org.llmsys.tokenizer.internal.bytepair;

import java.util.Arrays;
import java.util.List;

/** Several cuts, each of the pieces that the one before made. Remembers where it is, so it serves one text after the other only. */
final class StepByStep implements PreTokenizer {

    private final List<PreTokenizer> steps;
    /** Where the piece ends that each step is in. */
    private final int[] ends;

    StepByStep(List<PreTokenizer> steps) {
        this.steps = steps;
        this.ends = new int[steps.size()];
    }

    @Override
    public int end(byte[] text, int from, int to) {
        if (from == 0) {
            Arrays.fill(ends, 0);
        }
        int limit = to;
        for (int step = 0; step < ends.length; step++) {
            if (ends[step] <= from) {
                ends[step] = steps.get(step).end(text, from, limit);
            }
            limit = ends[step];
        }
        return limit;
    }
}
