package org.llmsys.layers;

import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Parameters;
import org.llmsys.tensor.Elements;

/**
 * The gated recurrent unit: an {@link Lstm} with two gates fewer and no memory beside its state.
 *
 * <pre>
 *   a = x·W_ihᵀ + b_ih          b = h·W_hhᵀ + b_hh              three blocks of H: r, z, n
 *   r = sigmoid(a_r + b_r)      how much of the past is seen
 *   z = sigmoid(a_z + b_z)      how much of it stays           h' = (1 - z) * n + z * h
 *   n = tanh(a_n + r * b_n)     what is new                    the reset gate after the product, as PyTorch has it
 *   n = tanh(a_n + (r * h)·W_hnᵀ + b_hn)                       before the product, as in the paper and in ONNX unless said otherwise
 * </pre>
 *
 * <p>Shapes, weights, errors: {@link RecurrentLayer}, with three gates in PyTorch's order.
 *
 * <pre>{@code
 * Gru gru = new Gru("gru", 65, 128, 1, Direction.FORWARD, true, parameters, needs);
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/1406.1078">Cho et al. 2014</a>
 */
public final class Gru extends RecurrentLayer {

    private final boolean resetAfter;

    /** @param resetAfter whether the reset gate multiplies after the recurrent product (ONNX: {@code linear_before_reset}) */
    public Gru(String name, int in, int hidden, int numLayers, Direction direction, boolean resetAfter, Parameters parameters, Needs needs) {
        super("gru " + name, new Cell(3, false, resetAfter ? 3 : 2, true, resetAfter), new Extent(in, hidden, numLayers, direction), name,
                parameters, false, needs);
        this.resetAfter = resetAfter;
    }

    @Override
    void forward(RecurrentStep s) {
        int next = s.hidden();                                     // from a gate to the next
        for (int state = 0; state < s.size(); state++) {
            int at = s.firstGate(state, 3);
            double r = RecurrentStep.sigmoid(s.sum(at));
            s.gates().set(at, r);
            s.gates().set(at + next, RecurrentStep.sigmoid(s.sum(at + next)));
            s.kept().set(state, resetAfter ? s.recurrent().get(at + 2 * next) : r * s.before().h().get(state));
        }
        if (!resetAfter) {
            s.again().run();                                       // recurrent n: from r * h
        }
        for (int state = 0; state < s.size(); state++) {
            int at = s.firstGate(state, 3);
            double past = s.recurrent().get(at + 2 * next);
            double n = Math.tanh(s.gates().get(at + 2 * next) + (resetAfter ? s.gates().get(at) * past : past));
            double z = s.gates().get(at + next);
            s.gates().set(at + 2 * next, n);
            s.after().h().set(state, (1 - z) * n + z * s.before().h().get(state));
        }
    }

    @Override
    void backward(RecurrentStep s, RecurrentStep.Gradient gradient) {
        Elements gradA = gradient.gates();
        Elements gradB = gradient.recurrent();
        int next = s.hidden();
        for (int state = 0; state < s.size(); state++) {
            int at = s.firstGate(state, 3);
            double z = s.gates().get(at + next);
            double n = s.gates().get(at + 2 * next);
            double gradH = gradient.after().h().get(state);
            double gradAn = gradH * (1 - z) * (1 - n * n);
            double gradAz = gradH * (s.before().h().get(state) - n) * z * (1 - z);
            gradA.set(at + next, gradAz);
            gradB.set(at + next, gradAz);
            gradA.set(at + 2 * next, gradAn);
            gradB.set(at + 2 * next, resetAfter ? gradAn * s.gates().get(at) : gradAn);
            gradient.before().h().set(state, gradH * z);
        }
        if (!resetAfter) {
            gradient.again().run();                                // gradient of r * h
        }
        for (int state = 0; state < s.size(); state++) {
            int at = s.firstGate(state, 3);
            double r = s.gates().get(at);
            double gradR = resetAfter ? gradA.get(at + 2 * next) * s.kept().get(state) : gradient.kept().get(state) * s.before().h().get(state);
            gradA.set(at, gradR * r * (1 - r));
            gradB.set(at, gradR * r * (1 - r));
            if (!resetAfter) {
                gradient.before().h().add(state, gradient.kept().get(state) * r);
            }
        }
    }
}
