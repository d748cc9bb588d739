package org.llmsys.layers;

import org.llmsys.autograd.Variable;

/**
 * What a recurrent layer knows of the sequence so far. Given back to the layer, it goes on from there: piece by piece in training, element
 * by element when writing.
 *
 * <pre>{@code
 * RecurrentLayer.Result result = lstm.forward(x, state, pass);
 * state = result.state().kept();                // outlives the pass; no gradient flows into the sequence before
 * }</pre>
 *
 * @param h what the layer put out last, (L*D,B,H): D ways of layer 0 first, then those of layer 1
 * @param c the memory of an {@link Lstm}, of the same shape; null for other layers, and for zeros
 */
public record RecurrentState(Variable h, Variable c) {

    /** The state of a layer without a memory of its own. */
    public static RecurrentState of(Variable h) {
        return new RecurrentState(h, null);
    }

    /** A copy outside the pass's memory, which gradients do not flow through: truncated back-propagation through time. */
    public RecurrentState kept() {
        return new RecurrentState(kept(h), c == null ? null : kept(c));
    }

    private static Variable kept(Variable v) {
        return Variable.constant(v.name(), v.value().copy());
    }
}
