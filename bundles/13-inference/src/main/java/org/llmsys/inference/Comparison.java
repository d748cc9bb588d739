package org.llmsys.inference;

import org.llmsys.assembly.Job;
import org.osgi.annotation.versioning.ProviderType;

/** Runs two implementations of one slot on the same real steps, side by side. One service, thread-safe. */
@ProviderType
public interface Comparison {

    /**
     * Continues a prompt twice, once with each implementation; both sides always read the same tokens (those of side A).
     *
     * @param promptIds at least one id
     * @param tokens    how many steps after the prompt, 1 or more; fewer when the context ends before
     * @throws org.llmsys.assembly.Problem for an unknown slot or name, and for a slot that has no part in generating
     */
    Result compare(LoadedModel model, int[] promptIds, int tokens, String slot, String a, String b, Job job);

    /**
     * @param maxAbsDiff          largest difference of a logit over all steps
     * @param meanAbsDiff         mean difference of the logits over all steps
     * @param firstDifferingToken the first step, from 0, at which the sides would have written different tokens; -1 for none
     * @param millisA             time of side A for all steps, the first (the prompt) left out when there are others
     * @param millisB             as {@code millisA}
     * @param steps               steps compared
     */
    record Result(String slot, String a, String b, double maxAbsDiff, double meanAbsDiff, int firstDifferingToken, double millisA,
            double millisB, int steps) {
    }
}
