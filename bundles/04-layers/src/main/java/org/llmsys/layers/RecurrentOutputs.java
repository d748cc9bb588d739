package org.llmsys.layers;

import java.util.List;

import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;

/**
 * What a recurrent layer shows of its states (S,T+1,B,H), which stand in the order of reading, time before the batch.
 *
 * <pre>
 *   y[b,t]  = h after reading t, of all directions next to each other; 0 behind the end of row b
 *   last[n] = the state after the last step, of all layers and directions
 * </pre>
 */
final class RecurrentOutputs {

    private RecurrentOutputs() {
    }

    /** One element of y (B,T,D*H) and the element of a direction's states it shows. */
    private interface Pair {
        void at(int output, int state);
    }

    /** @param states one for each way: to y (B,T,D*H) */
    static Variable sequence(String operation, List<RecurrentSequence> ways, List<Variable> states, Pass pass) {
        RecurrentSequence any = ways.getFirst();
        long hidden = states.getFirst().shape().extent(-1);
        Tensor y = pass.zeros(any.batch(), any.time(), ways.size() * hidden);
        Elements to = y.elements();
        for (int way = 0; way < ways.size(); way++) {
            Elements from = states.get(way).value().elements();
            forEach(ways.get(way), way, ways.size(), (int) hidden, (output, state) -> to.set(output, from.get(state)));
        }
        return pass.tape().record(operation + " output", y, (gradY, gradients) -> {
            Elements g = gradY.elements();
            for (int way = 0; way < ways.size(); way++) {
                if (gradients.wanted(states.get(way))) {
                    Elements into = gradients.into(states.get(way)).elements();
                    forEach(ways.get(way), way, ways.size(), (int) hidden, (output, state) -> into.add(state, g.get(output)));
                }
            }
        }, states.toArray(Variable[]::new));
    }

    private static void forEach(RecurrentSequence sequence, int way, int ways, int hidden, Pair pair) {
        for (int row = 0; row < sequence.batch(); row++) {
            for (int time = 0; time < sequence.time(); time++) {
                if (!sequence.absent(row, time)) {
                    int output = ((row * sequence.time() + time) * ways + way) * hidden;
                    int state = ((sequence.time(time) + 1) * sequence.batch() + row) * hidden;
                    for (int i = 0; i < hidden; i++) {
                        pair.at(output + i, state + i);
                    }
                }
            }
        }
    }

    /** @param which 0 for h, 1 for c @param states of all layers and directions: to (L*D,B,H) */
    static Variable last(String operation, int which, List<Variable> states, Pass pass) {
        long[] extents = states.getFirst().shape().extents();                          // (S,T+1,B,H)
        Tensor last = pass.blank(states.size(), extents[2], extents[3]);
        for (int n = 0; n < states.size(); n++) {
            last.select(0, n).copyFrom(lastStep(states.get(n).value(), which));
        }
        return pass.tape().record(operation, last, (gradLast, gradients) -> {
            for (int n = 0; n < states.size(); n++) {
                if (gradients.wanted(states.get(n))) {
                    Elements from = gradLast.select(0, n).elements();
                    Elements into = lastStep(gradients.into(states.get(n)), which).elements();
                    for (int i = 0; i < from.size(); i++) {
                        into.add(i, from.get(i));
                    }
                }
            }
        }, states.toArray(Variable[]::new));
    }

    private static Tensor lastStep(Tensor states, int which) {
        return states.select(0, which).select(0, states.shape().extent(1) - 1);
    }
}
