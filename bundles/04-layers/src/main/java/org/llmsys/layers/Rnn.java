package org.llmsys.layers;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Parameters;
import org.llmsys.tensor.Elements;

/**
 * The plain recurrent layer: what it puts out depends on the element at hand and on what it put out before.
 *
 * <pre>
 *   h' = f(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh)          f is tanh or relu
 *
 *   da = dh' * f'(a)                                 f'(a) = 1 - h'² for tanh; 1 where h' &gt; 0, else 0, for relu
 * </pre>
 *
 * <p>Going back over many steps multiplies by W_hh as often: what is learned about the distant past vanishes or explodes, which is why
 * {@link Lstm} and {@link Gru} were invented. Shapes, weights, errors: {@link RecurrentLayer}, with one gate.
 *
 * <pre>{@code
 * Rnn rnn = new Rnn("rnn", 8, 16, 1, Direction.FORWARD, "tanh", parameters, needs);
 * Variable y = rnn.forward(x, pass);              // (B,T,8) to (B,T,16)
 * }</pre>
 *
 * @see <a href="https://doi.org/10.1207/s15516709cog1402_1">Elman 1990, Finding Structure in Time</a>
 */
public final class Rnn extends RecurrentLayer {

    private final boolean relu;

    /** @param activation {@code tanh} or {@code relu} */
    public Rnn(String name, int in, int hidden, int numLayers, Direction direction, String activation, Parameters parameters, Needs needs) {
        super("rnn " + name, new Cell(1, false, 1, false, false), new Extent(in, hidden, numLayers, direction), name, parameters, false, needs);
        if (!activation.equals("tanh") && !activation.equals("relu")) {
            throw Problem.misused("rnn " + name + " cannot bend its state by " + activation, "it has two activations", "take tanh or relu");
        }
        this.relu = activation.equals("relu");
    }

    @Override
    void forward(RecurrentStep s) {
        Elements h = s.after().h();
        for (int i = 0; i < h.size(); i++) {
            double a = s.sum(i);
            h.set(i, relu ? Math.max(0, a) : Math.tanh(a));
        }
    }

    @Override
    void backward(RecurrentStep s, RecurrentStep.Gradient gradient) {
        Elements h = s.after().h();
        for (int i = 0; i < h.size(); i++) {
            double slope = relu ? h.get(i) > 0 ? 1 : 0 : 1 - h.get(i) * h.get(i);
            gradient.gates().set(i, gradient.after().h().get(i) * slope);
            gradient.before().h().set(i, 0);                       // h comes in through the product alone
        }
    }
}
