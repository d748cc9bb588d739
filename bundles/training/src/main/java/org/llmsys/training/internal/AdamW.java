package org.llmsys.training.internal;

import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.Optimizer;
import org.osgi.service.component.annotations.Component;

/**
 * Adam with decoupled weight decay: every weight has a step length of its own, from the mean of its gradients and of their squares.
 *
 * <pre>
 *   m = β1 m + (1 - β1) g          mean of gradients
 *   v = β2 v + (1 - β2) g²         mean of their squares
 *   w = w - η λ w                  decay, apart from the gradient
 *   w = w - η (m / (1 - β1ᵗ)) / (sqrt(v / (1 - β2ᵗ)) + ε)        both means start at 0; the divisions mend that
 * </pre>
 *
 * <p>Shapes: w, g, m, v all of one shape, contiguous F32 on the heap; w, m, v change in place. η is the rule's learning rate, λ its weight
 * decay, t its step, from 1.
 *
 * <p>Example: w = 1, g = 0.5, t = 1, η = 0.1, λ = 0 gives w = 0.9, whatever the size of g.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov, Hutter 2017, Decoupled Weight Decay Regularization</a>
 */
@Component
@Provider(slot = "optimizer", algorithm = "adamw", name = "adamw", summary = "Adam with decoupled weight decay",
        reference = "https://arxiv.org/abs/1711.05101")
public final class AdamW implements Optimizer {

    @Override
    public List<String> memory() {
        return List.of("m", "v");
    }

    @Override
    public void update(Tensor weight, Tensor gradient, List<Tensor> memory, Rule rule) {
        float[] w = weight.floats();
        float[] g = gradient.floats();
        float[] m = memory.get(0).floats();
        float[] v = memory.get(1).floats();
        int atW = weight.floatOffset();
        int atG = gradient.floatOffset();
        int atM = memory.get(0).floatOffset();
        int atV = memory.get(1).floatOffset();

        float beta1 = (float) rule.beta1();
        float beta2 = (float) rule.beta2();
        float fresh1 = (float) (1 - rule.beta1());
        float fresh2 = (float) (1 - rule.beta2());
        float keep = (float) (1 - rule.learningRate() * rule.weightDecay());
        float rate = (float) (rule.learningRate() / (1 - Math.pow(rule.beta1(), rule.step())));
        float root = (float) Math.sqrt(1 - Math.pow(rule.beta2(), rule.step()));
        float eps = (float) rule.eps();
        int size = Math.toIntExact(weight.size());
        for (int i = 0; i < size; i++) {
            float gi = g[atG + i];
            float mi = beta1 * m[atM + i] + fresh1 * gi;
            float vi = beta2 * v[atV + i] + fresh2 * gi * gi;
            m[atM + i] = mi;
            v[atV + i] = vi;
            w[atW + i] = keep * w[atW + i] - rate * mi / ((float) Math.sqrt(vi) / root + eps);
        }
    }
}
