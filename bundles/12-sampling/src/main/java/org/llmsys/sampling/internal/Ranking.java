package org.llmsys.sampling.internal;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Token ids by falling score; of equals the lower id first, so that a cut always falls at the same place. */
final class Ranking {

    private Ranking() {
    }

    /** Ids 0 to V-1, the highest score first. */
    static int[] likeliestFirst(float[] scores) {
        return IntStream.range(0, scores.length).boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -scores[id]).thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue).toArray();
    }
}
