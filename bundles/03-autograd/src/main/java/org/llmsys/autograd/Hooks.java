package org.llmsys.autograd;

import org.llmsys.assembly.Problem;
import org.llmsys.assembly.Step;
import org.llmsys.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Who looks at the tensors inside a step, and may put others in their place. Places are named as TransformerLens names them.
 *
 * <pre>
 *   hook_embed  hook_pos_embed                                       (B,T,C)            what was looked up, and what positions add to it
 *   blocks.{i}.hook_resid_pre  hook_resid_mid  hook_resid_post       (B,T,C)            the stream before, between and behind the sublayers
 *   blocks.{i}.ln1.hook_scale                                        (B,T,1)            what rows are divided by; to look at only
 *   blocks.{i}.ln1.hook_normalized                                   (B,T,C)            behind scale and shift; ln2 and ln_final alike
 *   blocks.{i}.attn.hook_q  hook_k  hook_v  hook_z                   (B,T,heads,HS)     hook_rot_q and hook_rot_k after rotary positions
 *   blocks.{i}.attn.hook_attn_scores  hook_pattern                   (B,NH,T,S)         to look at only
 *   blocks.{i}.hook_attn_out  hook_mlp_out                           (B,T,C)            what the sublayers add to the stream
 *   blocks.{i}.mlp.hook_pre  hook_post                               (B,T,F)            before and behind the activation
 *   blocks.{i}.mlp.hook_pre_linear                                   (B,T,F)            with a gate: what it opens for; hook_post is their product
 * </pre>
 *
 * <p>With caches B is 1 and T counts the rows of all sequences. TransformerLens shows {@code hook_normalized} of RMSNorm before the scale of each
 * feature; here it is behind it for every norm, as TransformerLens has it for LayerNorm.
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

    /** The name of values that {@link #recomputed} makes. */
    String RECOMPUTED = "computed again by the reference";

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

    /** A value that the step itself never holds: the reference computed it for whoever wants to see it. */
    static Variable recomputed(Tensor value) {
        return Variable.constant(RECOMPUTED, value);
    }

    /** Whether a value is one that the step never held, and the reference computed for a look. */
    static boolean isRecomputed(Variable x) {
        return x.name().equals(RECOMPUTED);
    }

    /**
     * Shows what is there for a look only.
     *
     * @throws Problem when the hook wants to put something in its place
     */
    static void showOnly(String place, Variable x, Pass pass, String instead) {
        if (of(pass).visit(place, x, pass) != x) {
            throw Problem.failed("the hook at " + place + " wants to replace what it was shown", "it was computed for a look only",
                    "replace " + instead);
        }
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
