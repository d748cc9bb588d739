package org.llmsys.position;

import java.util.List;

/**
 * How fast each pair of a rotary encoding turns: radians a position, from fast to slow. The plain rule and the ways to stretch it, so
 * that a model reads further than it was trained for.
 *
 * <pre>
 *   plain       w_i = theta^(-2i/HS),  i = 0 .. HS/2 - 1
 *   linear      w_i / s                                              all pairs slow down alike: position s looks like position 1
 *   ntk         w_i with theta · s^(HS/(HS-2)) for theta             the fastest pair stays, the slowest slows down by s
 *   llama3      w_i / s   for waves longer than original/low,        only the slow pairs are stretched,
 *               w_i       for waves shorter than original/high,      the fast ones keep telling neighbours apart
 *               (1-g) w_i / s + g w_i  between,                      g = (original/wave - low) / (high - low),  wave = 2π / w_i
 *   yarn        (1-g) w_i / s + g w_i,                               g falls from 1 to 0 over the pairs between those that turn betaFast and
 *                                                                    betaSlow times in the original context; heads grow by a magnitude
 *   per pair    w_i / f_i                                            one factor a pair, as a file lists them
 * </pre>
 *
 * <pre>{@code
 * RotaryScaling.NONE.frequencies(4, 10_000);                       // 1, 0.01
 * new RotaryScaling.Linear(2).frequencies(4, 10_000);              // 0.5, 0.005
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/2104.09864">Su et al. 2021 (plain)</a>
 * @see <a href="https://arxiv.org/abs/2306.15595">Chen et al. 2023 (linear)</a>
 * @see <a href="https://arxiv.org/abs/2309.00071">Peng et al. 2023 (YaRN), which describes NTK-aware scaling too</a>
 * @see <a href="https://arxiv.org/abs/2407.21783">Llama 3</a>
 */
public sealed interface RotaryScaling {

    /** The plain rule. */
    RotaryScaling NONE = new Plain();

    /**
     * Radians a position, one number a pair.
     *
     * @param headDim HS, even
     * @param theta   base of the angles
     */
    double[] frequencies(int headDim, double theta);

    /** What turned heads are multiplied by, beside turning them: 1 but for {@link Yarn}. */
    default double magnitude() {
        return 1;
    }

    /** Nothing is stretched. */
    record Plain() implements RotaryScaling {

        @Override
        public double[] frequencies(int headDim, double theta) {
            double[] w = new double[headDim / 2];
            for (int i = 0; i < w.length; i++) {
                w[i] = Math.pow(theta, -2.0 * i / headDim);
            }
            return w;
        }
    }

    /** @param factor s, at least 1 */
    record Linear(double factor) implements RotaryScaling {

        /** @throws IllegalArgumentException for a factor below 1 */
        public Linear {
            requireFactor(factor);
        }

        @Override
        public double[] frequencies(int headDim, double theta) {
            double[] w = NONE.frequencies(headDim, theta);
            for (int i = 0; i < w.length; i++) {
                w[i] /= factor;
            }
            return w;
        }
    }

    /** @param factor s, at least 1 */
    record NtkAware(double factor) implements RotaryScaling {

        /** @throws IllegalArgumentException for a factor below 1 */
        public NtkAware {
            requireFactor(factor);
        }

        @Override
        public double[] frequencies(int headDim, double theta) {
            return headDim <= 2 ? NONE.frequencies(headDim, theta)          // the only pair is the fastest
                    : NONE.frequencies(headDim, theta * Math.pow(factor, headDim / (headDim - 2.0)));
        }

        /**
         * Dynamic scaling at one length of the text: nothing is stretched up to the original context, then just as much as the text needs.
         *
         * <pre>
         *   s = factor · length / original - (factor - 1)              1 at the original context
         * </pre>
         *
         * @param factor                as a configuration says it, at least 1
         * @param originalContextLength positions the model was trained for
         * @param length                positions of the text
         */
        public static RotaryScaling dynamic(double factor, int originalContextLength, int length) {
            requireFactor(factor);
            requireContext("dynamic", originalContextLength);
            return length <= originalContextLength ? NONE : new NtkAware(factor * length / originalContextLength - (factor - 1));
        }
    }

    /**
     * @param factor                s, at least 1
     * @param lowFrequencyFactor    low: waves longer than original/low are stretched by s
     * @param highFrequencyFactor   high, above low: waves shorter than original/high stay
     * @param originalContextLength positions the model was trained for
     */
    record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContextLength) implements RotaryScaling {

        /** @throws IllegalArgumentException for a factor below 1, factors out of order or no context */
        public Llama3 {
            requireFactor(factor);
            if (!(lowFrequencyFactor > 0 && highFrequencyFactor > lowFrequencyFactor) || originalContextLength < 1) {
                throw new IllegalArgumentException("llama3 scaling needs 0 < low < high and an original context, not " + lowFrequencyFactor
                        + ", " + highFrequencyFactor + ", " + originalContextLength);
            }
        }

        @Override
        public double[] frequencies(int headDim, double theta) {
            double[] w = NONE.frequencies(headDim, theta);
            for (int i = 0; i < w.length; i++) {
                double waves = originalContextLength * w[i] / (2 * Math.PI);          // that fit into the original context
                double g = Math.clamp((waves - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor), 0.0, 1.0);
                w[i] = (1 - g) * w[i] / factor + g * w[i];
            }
            return w;
        }
    }

    /**
     * @param factor                s, at least 1
     * @param originalContextLength positions the model was trained for
     * @param betaFast              pairs that turn more often than this within the original context stay; 32 is usual
     * @param betaSlow              pairs that turn less often are stretched by s; 1 is usual
     * @param wholePairs            whether the ramp begins and ends at a whole pair, as is usual
     * @param magnitude             what turned heads are multiplied by; {@link #usualMagnitude} is usual
     */
    record Yarn(double factor, int originalContextLength, double betaFast, double betaSlow, boolean wholePairs,
            double magnitude) implements RotaryScaling {

        /** @throws IllegalArgumentException for a factor below 1, betas out of order, no context or no magnitude */
        public Yarn {
            requireFactor(factor);
            requireContext("yarn", originalContextLength);
            if (!(betaSlow > 0 && betaFast > betaSlow && betaFast < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("yarn scaling needs 0 < betaSlow < betaFast, not " + betaSlow + ", " + betaFast);
            }
            if (!(magnitude > 0 && magnitude < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("heads cannot be multiplied by " + magnitude);
            }
        }

        /** With the paper's choices. */
        public Yarn(double factor, int originalContextLength) {
            this(factor, originalContextLength, 32, 1, true, usualMagnitude(factor, 1));
        }

        /** 0.1 scale ln(s) + 1, and 1 for s up to 1: a longer text spreads attention thin, larger scores draw it together again. */
        public static double usualMagnitude(double factor, double scale) {
            return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
        }

        /** @throws IllegalArgumentException for a theta of 1 */
        @Override
        public double[] frequencies(int headDim, double theta) {
            if (!(theta > 1)) {
                throw new IllegalArgumentException("yarn scaling needs a theta above 1, not " + theta + ": all pairs turn alike");
            }
            double[] w = NONE.frequencies(headDim, theta);
            double first = pairThatTurns(betaFast, headDim, theta);
            double last = pairThatTurns(betaSlow, headDim, theta);
            double low = Math.max(wholePairs ? Math.floor(first) : first, 0);
            double high = Math.min(wholePairs ? Math.ceil(last) : last, headDim - 1);
            for (int i = 0; i < w.length; i++) {
                double ramp = Math.clamp((i - low) / (low == high ? 0.001 : high - low), 0.0, 1.0);
                w[i] = ramp * w[i] / factor + (1 - ramp) * w[i];
            }
            return w;
        }

        /** The pair, with a fraction, that turns this often within the original context. */
        private double pairThatTurns(double times, int headDim, double theta) {
            return headDim * Math.log(originalContextLength / (times * 2 * Math.PI)) / (2 * Math.log(theta));
        }
    }

    /** @param factors f, one a pair, each above 0 */
    record PerPair(List<Double> factors) implements RotaryScaling {

        /** @throws IllegalArgumentException for a factor that is not above 0 */
        public PerPair {
            factors = List.copyOf(factors);
            for (double factor : factors) {
                if (!(factor > 0 && factor < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("a pair cannot turn " + factor + " times as slowly");
                }
            }
        }

        /** @throws IllegalArgumentException when heads have another number of pairs */
        @Override
        public double[] frequencies(int headDim, double theta) {
            double[] w = NONE.frequencies(headDim, theta);
            if (w.length != factors.size()) {
                throw new IllegalArgumentException(factors.size() + " factors do not fit heads of " + w.length + " pairs");
            }
            for (int i = 0; i < w.length; i++) {
                w[i] /= factors.get(i);
            }
            return w;
        }
    }

    private static void requireContext(String scaling, int originalContextLength) {
        if (originalContextLength < 1) {
            throw new IllegalArgumentException(scaling + " scaling needs the positions the model was trained for, not " + originalContextLength);
        }
    }

    private static void requireFactor(double factor) {
        if (!(factor >= 1 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a scaling factor of " + factor + " stretches nothing: it is 1 or more");
        }
    }
}
