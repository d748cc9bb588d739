package org.llmsys.inference.insight;

import java.util.List;

/**
 * How two sides differ over one text.
 *
 * @param a                  one side, as it was named
 * @param b                  the other
 * @param ids                the text that both read: the prompt, then what side A found likeliest; empty when both are files
 * @param from               first position compared, 0 or the prompt's last
 * @param positions          how many were compared
 * @param tolerance          largest difference that counts as none
 * @param maxAbsDiff         of all logits; not a number where one side has no number and the other has
 * @param maxPosition        where that is
 * @param maxId              of which token; -1 when nothing differs
 * @param meanAbsDiff        of all logits
 * @param firstPosition      first position with a logit that differs in any bit; -1 for none
 * @param firstBeyond        first position with a logit that differs by more than the tolerance; -1 for none
 * @param agreeing           positions at which both sides find the same token likeliest
 * @param firstDisagreeing   first position at which they do not; -1 for none
 * @param hooksCompared      places compared, over all steps; 0 when a side cannot be looked into
 * @param firstHook          the place, in the order of the computation, that first differs in any bit; null for none
 * @param firstHookBeyond    the place that first differs by more than the tolerance; null for none
 */
public record LogitsDifference(String a, String b, List<Integer> ids, int from, int positions, double tolerance, double maxAbsDiff, int maxPosition,
        int maxId,
        double meanAbsDiff, int firstPosition, int firstBeyond, int agreeing, int firstDisagreeing, int hooksCompared, Place firstHook,
        Place firstHookBeyond) {

    /**
     * Where a difference begins.
     *
     * @param hook       place of the network, as TransformerLens names it
     * @param position   first position of the text at which it differs
     * @param difference the largest at that place in that step
     */
    public record Place(String hook, int position, double difference) {
    }

    /** Whether the logits are the same within the tolerance. */
    public boolean same() {
        return firstBeyond < 0;
    }
}
