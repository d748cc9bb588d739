package org.llmsys.layers;

import org.llmsys.tensor.Elements;

/**
 * What a cell reads and writes in one step of time, for all B rows. G gates of H stand next to each other in a row.
 *
 * @param rows      B
 * @param hidden    H
 * @param gates     (B,G*H): the input's share of each gate, x·W_ihᵀ + b_ih; a cell overwrites it by the gates' values
 * @param recurrent (B,G*H): the state's share, h·W_hhᵀ + b_hh; on the way back null
 * @param kept      (B,H): what a cell wants to find again on the way back, or null
 * @param before    the state before the step
 * @param after     the state after it
 * @param peephole  (3*H), or null
 * @param again     computes the last gate's state's share again, from {@code kept} instead of h
 */
record RecurrentStep(int rows, int hidden, Elements gates, Elements recurrent, Elements kept, State before, State after, Elements peephole,
        Runnable again) {

    /** @param h (B,H) @param c (B,H), or null without a memory */
    record State(Elements h, Elements c) {
    }

    /**
     * The way back.
     *
     * @param after     given: the gradient of the state after the step
     * @param before    asked for: that of the state before it, without what comes through the recurrent product
     * @param gates     asked for, (B,G*H): that of each gate's share from the input
     * @param recurrent asked for, (B,G*H): that of each gate's share from the state; the same elements as {@code gates} unless the cell
     *                  tells them apart
     * @param kept      (B,H): that of {@code kept}, once {@code again} has run
     * @param again     the second product backwards: from the last gate to {@code kept}
     */
    record Gradient(State after, State before, Elements gates, Elements recurrent, Elements kept, Runnable again) {
    }

    /** Number of elements of the state: B*H. */
    int size() {
        return rows * hidden;
    }

    /** Where the first of an element's G gates stands; the others follow, H apart each. */
    int firstGate(int state, int gatesOfRow) {
        return gatesOfRow * (state - state % hidden) + state % hidden;
    }

    /** The gate's share from input and state, before it is bent. */
    double sum(int at) {
        return gates.get(at) + recurrent.get(at);
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
