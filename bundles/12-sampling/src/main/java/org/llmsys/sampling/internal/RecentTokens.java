package org.llmsys.sampling.internal;

import java.util.HashMap;
import java.util.Map;

/** How often each token stands among the last ones of a sequence. */
final class RecentTokens {

    private final int[] ring;
    private final Map<Integer, Integer> counts = new HashMap<>();
    private long seen;

    /** @param window how many tokens are remembered, 1 or more */
    RecentTokens(int window) {
        this.ring = new int[window];
    }

    void add(int id) {
        int place = (int) (seen++ % ring.length);
        if (seen > ring.length) {
            counts.computeIfPresent(ring[place], (old, count) -> count == 1 ? null : count - 1);
        }
        ring[place] = id;
        counts.merge(id, 1, Integer::sum);
    }

    /** Token to number of times, of those that occur. */
    Map<Integer, Integer> counts() {
        return counts;
    }
}
