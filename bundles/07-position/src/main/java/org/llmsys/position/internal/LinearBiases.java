package org.llmsys.position.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Parameters;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.ScoreBias;
import org.osgi.service.component.annotations.Component;

/**
 * Attention with linear biases: vectors stay as they are, and a score falls with the distance, in each head at another rate.
 *
 * <pre>
 *   score[h, t, j] -= m_h (t - j)
 *   NH a power of two     m_h = 2^(-8 (h+1) / NH)                     8 heads: 1/2, 1/4, ... 1/256
 *   any other NH          with N the power of two below NH: the N slopes of N heads,
 *                         then slopes 0, 2, 4, ... of those of 2N heads
 * </pre>
 *
 * <p>Heads with a steep line look at neighbours, those with a flat one at everything. Distances that did not occur in training just go
 * on along the line, so a model reads further than it was trained for. Nothing is learned.
 *
 * @see <a href="https://arxiv.org/abs/2108.12409">Press, Smith, Lewis 2021, Train Short, Test Long</a>
 */
@Component
@Provider(slot = "position", algorithm = "alibi", name = "alibi", summary = "scores fall with the distance, in each head at another rate",
        reference = "https://arxiv.org/abs/2108.12409")
public final class LinearBiases implements PositionalEncoding {

    @Override
    public PositionalLayer build(PositionSpec spec, Parameters parameters, Needs needs) {
        return new PositionalLayer() {

            @Override
            public ScoreBias scoreBias(int numHeads) {
                return ScoreBias.linear(slopes(numHeads));
            }
        };
    }

    /** m, one a head. */
    static double[] slopes(int numHeads) {
        int power = Integer.highestOneBit(numHeads);                     // N, NH itself when that is a power of two
        double[] slopes = new double[numHeads];
        for (int h = 0; h < numHeads; h++) {
            slopes[h] = h < power ? Math.pow(2, -8.0 * (h + 1) / power)
                    : Math.pow(2, -8.0 * (2 * (h - power) + 1) / (2 * power));
        }
        return slopes;
    }
}
