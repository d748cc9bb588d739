package org.llmsys.autograd;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import org.llmsys.assembly.Step;
import org.llmsys.assembly.TraceBus;
import org.llmsys.tensor.Tensor;

/**
 * Shows a step's tensors on the trace bus: copies what its listeners want while the step computes, and shows it when the step was committed. So
 * a step that is repeated after a fault is seen once, as it was when it counted. For one run of steps and one thread.
 *
 * <pre>{@code
 * TraceHooks trace = new TraceHooks(bus);
 * runner.run((network, step) -> {
 *     try (Pass pass = Pass.inference(trace.attempt(step), allocator, "trace")) {
 *         return network.forward(ids, 1, cache, true, pass).value().copy();
 *     }
 * }, check, (network, step, logits) -> {
 *     cache.commit(ids.length);
 *     trace.committed();
 * });
 * }</pre>
 *
 * <p>Where one step computes several sequences with caches, each has queries, keys, values, scores and a pattern of its own: the first sequence's are
 * shown under the place's name, those of sequence s, counted from 0, under {@code place[s]}. A listener to {@code blocks.0.attn.hook_q*} gets all.
 */
public final class TraceHooks implements Hooks {

    private final TraceBus bus;
    private final Map<String, Tensor> seen = new LinkedHashMap<>();
    /** How often the attempt came by a place: once for each sequence. */
    private final Map<String, Integer> times = new HashMap<>();

    public TraceHooks(TraceBus bus) {
        this.bus = bus;
    }

    /** The step of a new attempt, looked into; what an earlier attempt showed is forgotten. */
    public Step attempt(Step step) {
        forget();
        return on(step);
    }

    /** Shows what the last attempt computed, in the order it was computed. */
    public void committed() {
        seen.forEach(bus::show);
        forget();
    }

    private void forget() {
        seen.clear();
        times.clear();
    }

    @Override
    public boolean wants(String place) {
        return bus.wanted(place);
    }

    @Override
    public Variable visit(String place, Variable x, Pass pass) {
        int sequence = times.merge(place, 1, Integer::sum) - 1;
        seen.put(sequence == 0 ? place : place + "[" + sequence + "]", x.value().copy());
        return x;
    }
}
