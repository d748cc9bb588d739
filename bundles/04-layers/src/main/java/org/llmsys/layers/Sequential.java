package org.llmsys.layers;

import java.util.List;

import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;

/**
 * Layers one after the other: y = f_n(... f_2(f_1(x))).
 *
 * <pre>{@code
 * Layer mlp = new Sequential(List.of(new Linear("c_fc", 128, 512, parameters, needs),
 *                                    new ActivationLayer("gelu", needs),
 *                                    new Linear("c_proj", 512, 128, parameters, needs)));
 * }</pre>
 */
public final class Sequential implements Layer {

    private final List<Layer> layers;

    /** @param layers first to last; none makes the layer that changes nothing */
    public Sequential(List<Layer> layers) {
        this.layers = List.copyOf(layers);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        Variable y = x;
        for (Layer layer : layers) {
            y = layer.forward(y, pass);
        }
        return y;
    }
}
