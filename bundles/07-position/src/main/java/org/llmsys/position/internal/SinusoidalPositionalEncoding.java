package org.llmsys.position.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.tensor.Tensor;
import org.osgi.service.component.annotations.Component;

/**
 * Waves of falling frequency, one pair of dimensions each: fixed, nothing is learned.
 *
 * <pre>
 *   p[t, 2i]   = sin(t / theta^(2i/C))
 *   p[t, 2i+1] = cos(t / theta^(2i/C))                  theta = 10000,  y = x + p
 * </pre>
 *
 * <p>For a fixed distance d, p[t+d] is the same rotation of p[t] for every t, so a model can learn to look d tokens back.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, Attention Is All You Need, section 3.5</a>
 */
@Component
@Provider(slot = "position", algorithm = "sinusoidal", name = "sinusoidal", summary = "fixed waves of falling frequency, added",
        reference = "Vaswani et al. 2017")
public final class SinusoidalPositionalEncoding implements PositionalEncoding {

    @Override
    public PositionalLayer build(PositionSpec spec, Parameters parameters, Needs needs) {
        Tensor table = table(spec.contextLength(), spec.embeddingDim(), spec.theta());
        return new TableAddition("sinusoidal", Variable.constant("positions", table), needs);
    }

    /** The table p, shape (contextLength, C); an odd last dimension is a sine. */
    static Tensor table(int contextLength, int embeddingDim, double theta) {
        Tensor table = Tensor.zeros(contextLength, embeddingDim);
        for (int t = 0; t < contextLength; t++) {
            for (int c = 0; c < embeddingDim; c++) {
                double angle = t / Math.pow(theta, (c - c % 2) / (double) embeddingDim);
                table.set(c % 2 == 0 ? Math.sin(angle) : Math.cos(angle), t, c);
            }
        }
        return table;
    }
}
