package org.llmsys.inference.insight;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.inference.LoadedModel;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.transformer.TransformerEncoder;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.TransformerNetwork;

/**
 * Reads a text in one pass and keeps what the model computed at chosen places. Decoders and encoders. Stateless and thread-safe.
 *
 * <pre>{@code
 * Trace trace = new TraceRecorder(assemblies, StepListener.NONE).record(model, ids, TracePattern.of("blocks.*.attn.hook_pattern"));
 * Tensor pattern = trace.places().get("blocks.0.attn.hook_pattern");          // (1,NH,T,T)
 * }</pre>
 *
 * <p>Looking changes no bit of what the model computes. Scores and pattern, which no kernel keeps, are computed again by the reference, and the trace
 * says so.
 */
public final class TraceRecorder {

    private final Assemblies assemblies;
    private final StepListener listener;

    /** @param listener hears of pauses, repeats and quarantines */
    public TraceRecorder(Assemblies assemblies, StepListener listener) {
        this.assemblies = assemblies;
        this.listener = listener;
    }

    /** What a step of a trace computes with. */
    private record Plan(Reading reading, Need<TensorAllocator> allocator) {
    }

    /** From ids to what the model makes of them. */
    @FunctionalInterface
    private interface Reading {
        Variable read(int[] ids, boolean lastOnly, Pass pass);
    }

    /** What an attempt saw; an attempt that is repeated begins with nothing. */
    private record Seen(Map<String, Tensor> places, Set<String> recomputed) implements BiConsumer<String, Variable> {

        Seen() {
            this(new LinkedHashMap<>(), new LinkedHashSet<>());
        }

        @Override
        public void accept(String place, Variable x) {
            places.put(place, x.value().copy());
            if (Hooks.isRecomputed(x)) {
                recomputed.add(place);
            }
        }
    }

    /**
     * @param ids at least one id, at most the model's context
     * @throws Problem when no place of the model matches, or the ids are none of the model's
     */
    public Trace record(LoadedModel model, int[] ids, TracePattern wanted) {
        TraceWitness witness = new TraceWitness(listener);
        boolean lastOnly = !wanted.matches(Trace.LOGITS) && !wanted.matches("ln_final.hook_normalized") && !wanted.matches("ln_final.hook_scale");
        Seen seen;
        try (StepRunner<Plan> runner = runner(model, witness)) {
            seen = runner.run((plan, step) -> {
                Seen attempt = new Seen();
                try (Pass pass = Pass.inference(new Watching(wanted, attempt).on(step), step.get(plan.allocator()), "trace")) {
                    show(model, plan.reading().read(ids, lastOnly, pass), wanted, attempt);
                }
                return attempt;
            });
        }
        if (seen.places().isEmpty()) {
            throw nothing(model, wanted);
        }
        return new Trace(model.name(), ids.clone(), tokens(model, ids), seen.places(), witness.providers(), seen.recomputed());
    }

    /** Every place of the model, in the order of the computation, with its shape for these ids. */
    public List<TracePlace> places(LoadedModel model, int[] ids) {
        Map<String, TracePlace> places = new LinkedHashMap<>();
        BiConsumer<String, Variable> note = (place, x) -> places.put(place, new TracePlace(place, x.shape(), Hooks.isRecomputed(x)));
        try (StepRunner<Plan> runner = runner(model, listener)) {
            runner.run((plan, step) -> {
                places.clear();
                try (Pass pass = Pass.inference(new Watching(TracePattern.ALL, note).on(step), step.get(plan.allocator()), "trace")) {
                    show(model, plan.reading().read(ids, false, pass), TracePattern.ALL, note);
                }
                return true;
            });
        }
        return List.copyOf(places.values());
    }

    private StepRunner<Plan> runner(LoadedModel model, StepListener heard) {
        return assemblies.runner("trace", needs -> new Plan(reading(model.model(), needs), needs.add(TensorAllocator.class,
                TensorAllocator.ALGORITHM)), heard);
    }

    private static Reading reading(TransformerModel model, Needs needs) {
        if (model.config().causal()) {
            TransformerNetwork network = model.network(needs);
            return (ids, lastOnly, pass) -> network.forward(ids, 1, null, lastOnly, pass);
        }
        TransformerEncoder encoder = model.encoder(needs);
        return (ids, lastOnly, pass) -> encoder.forward(ids, null, new Sequences.Fresh(1), pass);
    }

    /** What an encoder gives back is the last block's, which was shown already. */
    private static void show(LoadedModel model, Variable result, TracePattern wanted, BiConsumer<String, Variable> seen) {
        if (model.model().config().causal() && wanted.matches(Trace.LOGITS)) {
            seen.accept(Trace.LOGITS, result);
        }
    }

    private record Watching(TracePattern wanted, BiConsumer<String, Variable> seen) implements Hooks {

        @Override
        public boolean wants(String place) {
            return wanted.matches(place);
        }

        @Override
        public Variable visit(String place, Variable x, Pass pass) {
            seen.accept(place, x);
            return x;
        }
    }

    private Problem nothing(LoadedModel model, TracePattern wanted) {
        Set<String> names = new TreeSet<>();
        places(model, new int[] {0}).forEach(place -> names.add(place.name()));
        String near = wanted.globs().isEmpty() ? "name a place, or * for all; "
                : Names.nearest(wanted.globs().getFirst(), names).map(name -> "did you mean " + name + "? ").orElse("");
        return Problem.misused("no place of the model " + model.name() + " matches " + String.join(",", wanted.globs()),
                "it has " + names.size() + " places, such as " + String.join(", ", names.stream().limit(4).toList()),
                near + "./llmsys trace --list shows all");
    }

    static List<String> tokens(LoadedModel model, int[] ids) {
        Tokenizer tokenizer = model.tokenizer();
        return tokenizer == null ? List.of() : Arrays.stream(ids).mapToObj(id -> TraceTokens.text(tokenizer, id)).toList();
    }
}
