package org.llmsys.training;

import org.llmsys.assembly.Problem;

/**
 * How a run turns gradients into steps: which optimizer with which settings, how long a gradient may be, what decays.
 *
 * <pre>{@code
 * LearningRule.of("adamw").withWeightDecay(0.1).withGradientClip(1)
 * }</pre>
 *
 * @param optimizer    algorithm in slot {@code optimizer}
 * @param settings     the numbers of its formula
 * @param gradientClip longest gradient, all weights together; 0 for any
 * @param decaysAll    whether weight decay pulls at every weight; false: at those of rank 2 or more, not at biases and gains
 */
public record LearningRule(String optimizer, OptimizerSettings settings, double gradientClip, boolean decaysAll) {

    /** @throws Problem when the clip is negative or NaN */
    public LearningRule {
        if (!(gradientClip >= 0)) {
            throw Problem.misused("a gradient cannot be clipped to " + gradientClip, "it is a length", "give a number above 0, or 0 for no clipping");
        }
    }

    /** This algorithm with {@link OptimizerSettings#DEFAULT}, no clipping. */
    public static LearningRule of(String optimizer) {
        return new LearningRule(optimizer, OptimizerSettings.DEFAULT, 0, false);
    }

    public LearningRule with(OptimizerSettings settings) {
        return new LearningRule(optimizer, settings, gradientClip, decaysAll);
    }

    public LearningRule withWeightDecay(double weightDecay) {
        return with(settings.withWeightDecay(weightDecay));
    }

    public LearningRule withGradientClip(double gradientClip) {
        return new LearningRule(optimizer, settings, gradientClip, decaysAll);
    }

    public LearningRule withDecayOfAll(boolean decaysAll) {
        return new LearningRule(optimizer, settings, gradientClip, decaysAll);
    }
}
