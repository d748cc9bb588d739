package org.llmsys.training.internal;

import java.util.List;

import org.llmsys.tensor.Elements;
import org.llmsys.training.Optimizer.Rule;

/**
 * What Adam remembers of one weight tensor, and the direction it takes from that.
 *
 * <pre>
 *   m = β1 m + (1 - β1) g          mean of gradients
 *   v = β2 v + (1 - β2) g²         mean of their squares
 *   direction = (m / (1 - β1ᵗ)) / (sqrt(v / (1 - β2ᵗ)) + ε)        both means start at 0; the divisions mend that
 * </pre>
 *
 * @param filled1 1 - β1ᵗ
 * @param filled2 1 - β2ᵗ
 */
record AdamMeans(Elements m, Elements v, double beta1, double beta2, double filled1, double filled2, double eps) {

    /** Their names. */
    static final String[] NAMES = {"m", "v"};

    static AdamMeans of(List<Elements> memory, Rule rule) {
        double beta1 = rule.settings().beta1();
        double beta2 = rule.settings().beta2();
        return new AdamMeans(memory.get(0), memory.get(1), beta1, beta2, rule.filled(beta1), rule.filled(beta2),
                rule.settings().eps());
    }

    /** Takes the gradient of element {@code i} in and says where to go: about 1 or -1 long while the gradient's sign stays. */
    double direction(int i, double g) {
        m.set(i, beta1 * m.get(i) + (1 - beta1) * g);
        v.set(i, beta2 * v.get(i) + (1 - beta2) * g * g);
        return m.get(i) / filled1 / (Math.sqrt(v.get(i) / filled2) + eps);
    }
}
