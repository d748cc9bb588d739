package org.llmsys.layers;

import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Tensor;

/**
 * While learning, leaves out each element with probability p, so that a network does not rely on any single one.
 *
 * <pre>
 *   y = x * mask / (1 - p)          mask is 0 with probability p, else 1          dLoss/dx += dLoss/dy * mask / (1 - p)
 * </pre>
 *
 * <p>Dividing by 1 - p keeps the expected value, so nothing needs to be done when generating: then y = x. The mask is a function of
 * seed, training step and place, so it is drawn again on the way back instead of being kept, and a repeated step repeats it.
 *
 * <pre>{@code
 * Variable y = new Dropout(0.1f, 7).forward(x, pass);        // 7: no other dropout of this network has it
 * }</pre>
 *
 * @see <a href="https://jmlr.org/papers/v15/srivastava14a.html">Srivastava et al. 2014, Dropout</a>
 */
public final class Dropout implements Layer {

    private final double p;
    private final long place;

    /**
     * @param p     from 0 to below 1
     * @param place unique to this layer in the network: two layers with one place would drop the same elements
     */
    public Dropout(float p, long place) {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException("the dropout probability must be from 0 to below 1, not " + p);
        }
        this.p = p;
        this.place = place;
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        if (!pass.training() || p == 0) {
            return x;
        }
        Variable elements = Views.contiguous(x, pass);
        Tensor y = pass.blank(x.shape());
        mask(elements.value(), y, false, pass.random(place));
        return pass.tape().record("dropout", y, (gradY, gradients) -> {
            if (gradients.wanted(elements)) {
                Gradients.Target gradX = gradients.target(elements);
                mask(gradY, gradX.tensor(), gradX.accumulate(), pass.random(place));
            }
        }, elements);
    }

    /** to = from * mask / (1 - p), or added to it. */
    private void mask(Tensor from, Tensor to, boolean accumulate, RandomStream random) {
        double scale = 1 / (1 - p);
        Elements source = from.elements();
        Elements target = to.elements();
        for (int i = 0; i < source.size(); i++) {
            double passed = random.nextDouble() >= p ? source.get(i) * scale : 0;
            target.set(i, accumulate ? target.get(i) + passed : passed);
        }
    }
}
