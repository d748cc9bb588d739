package org.llmsys.layers;

import org.llmsys.autograd.Pass;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;

/**
 * One recurrent layer in one direction, over all steps of time.
 *
 * <pre>
 *   A = X·W_ihᵀ + b_ih                            the input's share of every gate at every step: one product
 *   for k = 0, 1, … T-1:
 *       state[k+1] = cell(A[k], h[k]·W_hhᵀ + b_hh)       the state's share needs the step before: one product a step
 * </pre>
 *
 * <p>Time stands before the batch here, in the order in which it is read, so that a step is a matrix without gaps: X (T,B,C),
 * A (T,B,G*H), states (S,T+1,B,H). S is 1, or 2 with a memory; state 0 is the initial one. A row whose sequence has ended, or has not begun
 * in reverse, keeps its state. The way back is {@link RecurrenceGradient}.
 *
 * @param x      X
 * @param gates  A, then the values of the gates
 * @param kept   (T,B,H): what the cell wants to find again, or null
 * @param states all states
 */
record Recurrence(RecurrentLayer layer, RecurrentWeights weights, RecurrentSequence sequence, Tensor x, Tensor gates, Tensor kept, Tensor states) {

    /** Computes all steps. @param states whose first step is filled; the others are overwritten */
    static Recurrence run(RecurrentLayer layer, RecurrentWeights weights, RecurrentSequence sequence, Tensor x, Tensor states, MatmulKernel kernel,
            Pass pass) {
        int batch = sequence.batch();
        int hidden = states.shape().intExtent(-1);
        long width = weights.recurrent().shape().extent(0);
        Tensor gates = pass.blank(sequence.time(), batch, width);                                  // (T,B,G*H)
        Tensor kept = layer.cell().keeps() ? pass.blank(sequence.time(), batch, hidden) : null;    // (T,B,H)
        Recurrence recurrence = new Recurrence(layer, weights, sequence, x, gates, kept, states);
        weights.inputShare(kernel, x, gates);
        Tensor recurrent = pass.blank(batch, width);                                               // (B,G*H)
        for (int k = 0; k < sequence.time(); k++) {
            int step = k;
            weights.recurrentShare(kernel, recurrence.h(k), recurrent);
            RecurrentStep s = recurrence.step(k, recurrent.elements(), () -> weights.lastShare(kernel, kept.select(0, step), recurrent));
            layer.forward(s);
            recurrence.carryAbsent(k, s.before(), s.after());
        }
        pass.giveBack(recurrent);
        return recurrence;
    }

    int hidden() {
        return states.shape().intExtent(-1);
    }

    /** Step k as the cell sees it. */
    RecurrentStep step(int k, Elements recurrent, Runnable again) {
        return new RecurrentStep(sequence.batch(), hidden(), gates.select(0, k).elements(), recurrent, kept == null ? null : kept.select(0, k).elements(),
                state(k), state(k + 1), weights.peephole() == null ? null : weights.peephole().value().elements(), again);
    }

    /** h before step k: (B,H). */
    private Tensor h(int k) {
        return states.select(0, 0).select(0, k);
    }

    private RecurrentStep.State state(int k) {
        return stateOf(states, k);
    }

    /** Step k of states or of their gradients, (S,T+1,B,H). */
    static RecurrentStep.State stateOf(Tensor states, int k) {
        Tensor c = states.shape().extent(0) == 1 ? null : states.select(0, 1).select(0, k);
        return new RecurrentStep.State(states.select(0, 0).select(0, k).elements(), c == null ? null : c.elements());
    }

    /** For rows without an element at step k, {@code to} becomes {@code from}. */
    void carryAbsent(int k, RecurrentStep.State from, RecurrentStep.State to) {
        for (int row = 0; row < sequence.batch(); row++) {
            if (sequence.absent(row, sequence.time(k))) {
                for (int i = row * hidden(); i < (row + 1) * hidden(); i++) {
                    to.h().set(i, from.h().get(i));
                    if (to.c() != null) {
                        to.c().set(i, from.c().get(i));
                    }
                }
            }
        }
    }
}
