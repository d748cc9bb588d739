package org.llmsys.layers;

import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Parameters;
import org.llmsys.tensor.Elements;

/**
 * Long short-term memory: a recurrent layer with a memory c that nothing squeezes, so that gradients reach far back through it. Gates
 * decide what is forgotten, what is written and what is shown.
 *
 * <pre>
 *   a = x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh              four blocks of H: i, f, g, o
 *   i = sigmoid(a_i)     what is written             c' = f * c + i * g
 *   f = sigmoid(a_f)     what is kept                h' = o * tanh(c')
 *   g = tanh(a_g)        what there is to write
 *   o = sigmoid(a_o)     what is shown
 * </pre>
 *
 * <p>With peepholes, gates see the memory: a_i += p_i * c, a_f += p_f * c, a_o += p_o * c'; their weights are {@code peephole} (3*H),
 * blocks i, f, o; they may begin at 0. Shapes, weights, errors: {@link RecurrentLayer}, with four gates in PyTorch's order.
 *
 * <pre>{@code
 * Lstm lstm = new Lstm("lstm", 65, 128, parameters, needs);
 * RecurrentLayer.Result result = lstm.forward(x, null, pass);       // (B,T,65) to (B,T,128)
 * }</pre>
 *
 * @see <a href="https://doi.org/10.1162/neco.1997.9.8.1735">Hochreiter, Schmidhuber 1997, Long Short-Term Memory</a>
 * @see <a href="https://www.jmlr.org/papers/v3/gers02a.html">Gers, Schraudolph, Schmidhuber 2002</a>, peepholes
 */
public final class Lstm extends RecurrentLayer {

    /** One layer, forward. */
    public Lstm(String name, int in, int hidden, Parameters parameters, Needs needs) {
        this(name, in, hidden, 1, Direction.FORWARD, false, parameters, needs);
    }

    public Lstm(String name, int in, int hidden, int numLayers, Direction direction, boolean peepholes, Parameters parameters, Needs needs) {
        super("lstm " + name, new Cell(4, true, 4, false, false), new Extent(in, hidden, numLayers, direction), name, parameters, peepholes, needs);
    }

    @Override
    void forward(RecurrentStep s) {
        int next = s.hidden();                                     // from a gate to the next
        for (int state = 0; state < s.size(); state++) {
            int at = s.firstGate(state, 4);
            double before = s.before().c().get(state);
            double i = RecurrentStep.sigmoid(s.sum(at) + peep(s, 0, state, before));
            double f = RecurrentStep.sigmoid(s.sum(at + next) + peep(s, 1, state, before));
            double g = Math.tanh(s.sum(at + 2 * next));
            double c = f * before + i * g;
            double o = RecurrentStep.sigmoid(s.sum(at + 3 * next) + peep(s, 2, state, c));
            s.gates().set(at, i);
            s.gates().set(at + next, f);
            s.gates().set(at + 2 * next, g);
            s.gates().set(at + 3 * next, o);
            s.after().c().set(state, c);
            s.after().h().set(state, o * Math.tanh(c));
        }
    }

    /** What a gate sees of the memory: block 0 is i, 1 is f, 2 is o. */
    private static double peep(RecurrentStep s, int block, int state, double c) {
        return s.peephole() == null ? 0 : s.peephole().get(block * s.hidden() + state % s.hidden()) * c;
    }

    @Override
    void backward(RecurrentStep s, RecurrentStep.Gradient gradient) {
        int next = s.hidden();
        Elements gradA = gradient.gates();
        for (int state = 0; state < s.size(); state++) {
            int at = s.firstGate(state, 4);
            double i = s.gates().get(at);
            double f = s.gates().get(at + next);
            double g = s.gates().get(at + 2 * next);
            double o = s.gates().get(at + 3 * next);
            double before = s.before().c().get(state);
            double shown = Math.tanh(s.after().c().get(state));
            double gradH = gradient.after().h().get(state);
            double gradAo = gradH * shown * o * (1 - o);
            double gradC = gradient.after().c().get(state) + gradH * o * (1 - shown * shown) + peep(s, 2, state, gradAo);
            double gradAi = gradC * g * i * (1 - i);
            double gradAf = gradC * before * f * (1 - f);
            gradA.set(at, gradAi);
            gradA.set(at + next, gradAf);
            gradA.set(at + 2 * next, gradC * i * (1 - g * g));
            gradA.set(at + 3 * next, gradAo);
            gradient.before().c().set(state, gradC * f + peep(s, 0, state, gradAi) + peep(s, 1, state, gradAf));
            gradient.before().h().set(state, 0);                   // h comes in through the product alone
        }
    }

    @Override
    void addPeepholes(RecurrentStep s, Elements gradA, Elements gradPeephole) {
        int next = s.hidden();
        for (int state = 0; state < s.size(); state++) {
            int at = s.firstGate(state, 4);
            int j = state % next;
            gradPeephole.add(j, gradA.get(at) * s.before().c().get(state));
            gradPeephole.add(next + j, gradA.get(at + next) * s.before().c().get(state));
            gradPeephole.add(2 * next + j, gradA.get(at + 3 * next) * s.after().c().get(state));
        }
    }
}
