package org.llmsys.position;

/**
 * How fast each pair of a rotary encoding turns: radians a position, from fast to slow. The plain rule and three ways to stretch it, so
 * that a model reads further than it was trained for.
 *
 * <pre>
 *   plain       w_i = theta^(-2i/HS),  i = 0 .. HS/2 - 1
 *   linear      w_i / s                                              all pairs slow down alike: position s looks like position 1
 *   ntk         w_i with theta · s^(HS/(HS-2)) for theta             the fastest pair stays, the slowest slows down by s
 *   llama3      w_i / s   for waves longer than original/low,        only the slow pairs are stretched,
 *               w_i       for waves shorter than original/high,      the fast ones keep telling neighbours apart
 *               (1-g) w_i / s + g w_i  between,                      g = (original/wave - low) / (high - low),  wave = 2π / w_i
 * </pre>
 *
 * <pre>{@code
 * RotaryScaling.NONE.frequencies(4, 10_000);                       // 1, 0.01
 * new RotaryScaling.Linear(2).frequencies(4, 10_000);              // 0.5, 0.005
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/2104.09864">Su et al. 2021 (plain)</a>
 * @see <a href="https://arxiv.org/abs/2306.15595">Chen et al. 2023 (linear)</a>
 * @see <a href="https://arxiv.org/abs/2309.00071">Peng et al. 2023, which describes NTK-aware scaling</a>
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

    private static void requireFactor(double factor) {
        if (!(factor >= 1 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a scaling factor of " + factor + " stretches nothing: it is 1 or more");
        }
    }
}
