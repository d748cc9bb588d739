package org.llmsys.autograd;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Step;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Who looks at the tensors inside a step, and may put others in their place. Places are named as TransformerLens names them.
 *
 * <pre>
 *   blocks.{i}.attn.hook_q  hook_k  hook_v  hook_z                   (B,T,heads,HS)     hook_rot_q and hook_rot_k after rotary positions
 *   blocks.{i}.attn.hook_attn_scores  hook_pattern                   (B,NH,T,S)         to look at only
 *   rooms 10 and 11 add those of feed-forward networks, embeddings, blocks and norms
 * </pre>
 *
 * <p>A fused kernel never holds scores and pattern: they are computed again from the queries and keys it read, by the formulas of the
 * reference in double, and minus infinity stands where the mask hides a key. That is why they cannot be replaced.
 *
 * <p>Hooks belong to one step: {@link #on} wraps the lease that a {@link Pass} is opened with. A step without them pays one type check a place
 * and allocates nothing. A step that is repeated after a fault calls its hooks again; {@link TraceHooks} shows on the trace bus
 * what was committed. Where one step computes several sequences with caches, attention's places are called once for each, in order.
 *
 * <pre>{@code
 * Hooks silence = (place, x, pass) -> {                                     // ablates head 3 of block 0
 *     if (place.equals("blocks.0.attn.hook_z")) {
 *         x.value().select(2, 3).copyFrom(Tensor.zeros(1, 1, 64));                 // (B,T,HS)
 *     }
 *     return x;
 * };
 * runner.run((network, step) -> {
 *     try (Pass pass = Pass.inference(silence.on(step), allocator, "ablation")) {
 *         return network.forward(ids, 1, null, true, pass).value().copy();
 *     }
 * });
 * }</pre>
 *
 * @see <a href="https://github.com/TransformerLensOrg/TransformerLens">TransformerLens, for the names</a>
 */
@FunctionalInterface
@ConsumerType
public interface Hooks {

    /**
     * Called when a place was computed.
     *
     * @param x    what was computed; written to only in a pass without a tape, and not kept: the pass's memory is used again
     * @param pass in which another value is computed, so that gradients flow through it
     * @return x, or what the step goes on with instead: a variable of the same shape and type
     */
    Variable visit(String place, Variable x, Pass pass);

    /** Whether a place shall be shown at all: what is computed for a look only is not computed otherwise. */
    default boolean wants(String place) {
        return true;
    }

    /** The same step with these hooks in it. */
    default Step on(Step step) {
        return new HookedStep(step, this);
    }

    /** The hooks of a pass, or null: nobody looks. */
    static Hooks of(Pass pass) {
        return pass.step() instanceof HookedStep hooked ? hooked.hooks() : null;
    }

    /** Shows a place to whoever wants it; returns what the step goes on with. */
    static Variable show(String place, Variable x, Pass pass) {
        Hooks hooks = of(pass);
        return hooks == null || !hooks.wants(place) ? x : visit(hooks, place, x, pass);
    }

    /**
     * Calls a hook and checks what it gives back.
     *
     * @throws Problem when that has another shape or type
     */
    static Variable visit(Hooks hooks, String place, Variable x, Pass pass) {
        Variable y = hooks.visit(place, x, pass);
        if (y == null || !y.shape().equals(x.shape()) || y.value().dtype() != x.value().dtype()) {
            throw Problem.failed("the hook at " + place + " gave back " + (y == null ? "nothing" : y.value().dtype() + " " + y.shape()),
                    "the step goes on with " + x.value().dtype() + " " + x.shape(), "give back x, or a variable of its shape and type");
        }
        return y;
    }
}
