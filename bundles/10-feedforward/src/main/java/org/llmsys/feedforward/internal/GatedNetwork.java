package org.llmsys.feedforward.internal;

import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Multiplication;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Variable;
import org.llmsys.feedforward.FeedForward.FeedForwardSpec;
import org.llmsys.layers.ActivationLayer;
import org.llmsys.layers.Dropout;
import org.llmsys.layers.Linear;

/**
 * One hidden layer says what to pass on, another how far to open the gate for it.
 *
 * <pre>
 *   y = (f(x·G) * (x·U))·D          x, y (B,T,C), G, U (C,F), D (F,C), the activation f
 * </pre>
 */
final class GatedNetwork {

    private GatedNetwork() {
    }

    static Layer build(FeedForwardSpec spec, String activation, Parameters parameters, Needs needs) {
        Linear gate = new Linear("gate_proj", spec.embeddingDim(), spec.hiddenDim(), parameters, needs);
        Linear up = new Linear("up_proj", spec.embeddingDim(), spec.hiddenDim(), parameters, needs);
        Linear down = new Linear("down_proj", spec.hiddenDim(), spec.embeddingDim(), parameters, needs);
        ActivationLayer bend = new ActivationLayer(activation, needs);
        Multiplication multiplication = new Multiplication(needs);
        Dropout dropout = new Dropout(spec.dropout(), Places.dropout(spec.place()));
        String pre = spec.traced() + ".hook_pre";
        String preLinear = spec.traced() + ".hook_pre_linear";
        String post = spec.traced() + ".hook_post";
        return (x, pass) -> {
            Variable opened = bend.forward(Hooks.show(pre, gate.forward(x, pass), pass), pass);             // (B,T,F)
            Variable offered = Hooks.show(preLinear, up.forward(x, pass), pass);                            // (B,T,F)
            Variable hidden = Hooks.show(post, multiplication.forward(opened, offered, pass), pass);        // (B,T,F)
            return dropout.forward(down.forward(hidden, pass), pass);                                       // (B,T,C)
        };
    }
}
