package org.llmsys.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.TraceHooks;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.assembly.TraceBus;
import org.llmsys.attention.KvCacheFactory.CacheSpec;
import org.llmsys.attention.MultiHeadAttention.AttentionSpec;
import org.llmsys.attention.internal.ContiguousKvCaches;
import org.llmsys.attention.internal.ReferenceAttention;
import org.llmsys.attention.internal.StreamingAttention;
import org.llmsys.autograd.GradientCheck;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.TapeFactory;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;
import org.llmsys.tensor.WorkerPool;

class HooksTest {

    private static final PositionalLayer NO_POSITIONS = new PositionalLayer() {
    };
    private static final AttentionSpec SPEC = new AttentionSpec(6, 3, 1, 0);             // HS = 2
    private final Variable[] weights = {Trial.random("c_attn.weight", 6, 10), Trial.random("c_proj.weight", 6, 6)};
    private final Variable x = Trial.random("x", 2, 4, 6);
    private final Assemblies assemblies = Assemblies.of(new EagerTape(), new StreamingAttention(WorkerPool.SERIAL),
            new NaiveMatmul(), ElementwiseKernel.scalar());

    private Tensor forward(Hooks hooks, Variable input, Sequences sequences) {
        try (StepRunner<MultiHeadAttention> runner = assemblies.runner("test",
                needs -> new MultiHeadAttention(SPEC, NamedWeights.of(weights), NO_POSITIONS, needs), StepListener.NONE)) {
            return runner.run((attention, step) -> {
                try (Pass pass = Pass.inference(hooks == null ? step : hooks.on(step), TensorAllocator.heap(), "test")) {
                    return attention.forward(input, sequences, pass).value().copy();
                }
            });
        }
    }

    @Test
    @DisplayName("every place is shown in TransformerLens' shape, the result is bit for bit that without hooks, and pattern times values is z")
    void shows() {
        Map<String, Tensor> seen = new LinkedHashMap<>();
        Tensor y = forward((place, value, pass) -> {
            seen.put(place, value.value().copy());
            return value;
        }, x, Sequences.fresh(2));
        assertArrayEquals(forward(null, x, Sequences.fresh(2)).floats(), y.floats());
        assertEquals(List.of("blocks.0.attn.hook_q", "blocks.0.attn.hook_k", "blocks.0.attn.hook_v", "blocks.0.attn.hook_attn_scores",
                "blocks.0.attn.hook_pattern", "blocks.0.attn.hook_z"), List.copyOf(seen.keySet()));
        assertEquals(Shape.of(2, 4, 3, 2), seen.get("blocks.0.attn.hook_q").shape());
        assertEquals(Shape.of(2, 4, 1, 2), seen.get("blocks.0.attn.hook_k").shape());
        Tensor pattern = seen.get("blocks.0.attn.hook_pattern");
        assertEquals(Shape.of(2, 3, 4, 4), pattern.shape());
        assertEquals(Float.NEGATIVE_INFINITY, seen.get("blocks.0.attn.hook_attn_scores").get(0, 0, 1, 2));
        for (int t = 0; t < 4; t++) {
            double sum = 0;
            for (int j = 0; j < 4; j++) {
                sum += pattern.get(1, 2, t, j) * seen.get("blocks.0.attn.hook_v").get(1, j, 0, 1);
            }
            assertEquals(sum, seen.get("blocks.0.attn.hook_z").get(1, t, 2, 1), 1e-6);
        }
    }

    @Test
    @DisplayName("a head whose z is set to zero adds nothing: the result is that with its rows of c_proj at zero, also with a cache")
    void ablatesAHead() {
        Hooks silence = new Hooks() {
            @Override
            public boolean wants(String place) {
                return place.equals("blocks.0.attn.hook_z");
            }

            @Override
            public Variable visit(String place, Variable z, Pass pass) {
                z.value().select(2, 1).copyFrom(Tensor.zeros(z.shape().extent(0), z.shape().extent(1), 2));
                return z;
            }
        };
        Variable one = Variable.constant("x", x.value().slice(0, 0, 1).copy());
        Tensor silenced = forward(silence, x, Sequences.fresh(2));
        Tensor cached;
        try (KvCache cache = new ContiguousKvCaches().create(new CacheSpec(1, 1, 2, 4), TensorAllocator.heap())) {
            cached = forward(silence, one, Sequences.continued(cache, 4));
        }
        weights[1].value().slice(0, 2, 4).copyFrom(Tensor.zeros(2, 6));                  // c_proj's rows of head 1
        assertArrayEquals(forward(null, x, Sequences.fresh(2)).floats(), silenced.floats(), 1e-6f);
        assertArrayEquals(forward(null, one, Sequences.fresh(1)).floats(), cached.floats(), 1e-6f);
    }

    @Test
    @DisplayName("gradients flow through queries, keys, values and z that a hook replaced by twice themselves")
    void gradientsThroughReplacements() {
        Variable input = Trial.random(DType.F64, "x", 2, 3, 6);
        Variable[] wide = {Trial.random(DType.F64, "c_attn.weight", 6, 10), Trial.random(DType.F64, "c_proj.weight", 6, 6)};
        Hooks doubling = (place, value, pass) -> place.endsWith("scores") || place.endsWith("pattern") ? value : twice(value, pass);
        record Plan(MultiHeadAttention attention, Need<TapeFactory> tape) {
        }
        Assemblies inDouble = Assemblies.of(new EagerTape(), new ReferenceAttention(), new NaiveMatmul(), ElementwiseKernel.scalar());
        try (StepRunner<Plan> runner = inDouble.runner("test", needs -> new Plan(new MultiHeadAttention(SPEC, NamedWeights.of(wide), NO_POSITIONS, needs),
                needs.add(TapeFactory.class, TapeFactory.ALGORITHM)), StepListener.NONE)) {
            runner.run((plan, step) -> GradientCheck.DOUBLE.operation("hooked attention", doubling.on(step), step.get(plan.tape()),
                    pass -> plan.attention().forward(input, Sequences.fresh(2), pass), input, wide[0], wide[1])).requireGood();
        }
    }

    private static Variable twice(Variable value, Pass pass) {
        Tensor doubled = value.value().add(value.value());
        return pass.tape().record("twice", doubled, (gradient, gradients) -> {
            Tensor into = gradients.into(value);
            into.copyFrom(into.add(gradient).add(gradient));
        }, value);
    }

    @Test
    @DisplayName("the trace bus gets what its listeners asked for, once, when the step that counts was committed")
    void traces() {
        TraceBus bus = TraceBus.standalone();
        List<String> heard = new ArrayList<>();
        AtomicInteger attempts = new AtomicInteger();
        TraceHooks trace = new TraceHooks(bus);
        try (TraceBus.Listening patterns = bus.listen("blocks.*.hook_pattern", (place, value) -> heard.add(place + ((Tensor) value).shape()));
                StepRunner<MultiHeadAttention> runner = assemblies.runner("test",
                        needs -> new MultiHeadAttention(SPEC, NamedWeights.of(weights), NO_POSITIONS, needs), StepListener.NONE)) {
            runner.run((attention, step) -> {
                try (Pass pass = Pass.inference(trace.attempt(step), TensorAllocator.heap(), "test")) {
                    attention.forward(x, Sequences.fresh(2), pass);
                    assertEquals(List.of(), heard, "nothing is shown before the commit");
                    return attempts.incrementAndGet();
                }
            }, attempt -> attempt == 1 ? "the first attempt is not good" : null, (attention, step, attempt) -> trace.committed());
        }
        assertEquals(2, attempts.get());
        assertEquals(List.of("blocks.0.attn.hook_pattern(2, 3, 4, 4)"), heard);
    }

    @Test
    @DisplayName("where one step computes two sequences, the trace bus gets the queries of each under a name of its own")
    void tracesOfSequences() {
        TraceBus bus = TraceBus.standalone();
        Map<String, Tensor> heard = new LinkedHashMap<>();
        TraceHooks trace = new TraceHooks(bus);
        Variable rows = Variable.constant("x", x.value().slice(0, 0, 1).copy());             // (1,4,C): three rows of one sequence, one of another
        try (TraceBus.Listening queries = bus.listen("blocks.0.attn.hook_q*", (place, value) -> heard.put(place, (Tensor) value));
                KvCache first = new ContiguousKvCaches().create(new CacheSpec(1, 1, 2, 4), TensorAllocator.heap());
                KvCache second = new ContiguousKvCaches().create(new CacheSpec(1, 1, 2, 4), TensorAllocator.heap());
                StepRunner<MultiHeadAttention> runner = assemblies.runner("test",
                        needs -> new MultiHeadAttention(SPEC, NamedWeights.of(weights), NO_POSITIONS, needs), StepListener.NONE)) {
            Sequences two = new Sequences.Continued(List.of(new Sequences.Part(first, 3), new Sequences.Part(second, 1)));
            for (int attempt = 0; attempt < 2; attempt++) {                                  // the names begin anew with each attempt
                runner.run((attention, step) -> {
                    try (Pass pass = Pass.inference(trace.attempt(step), TensorAllocator.heap(), "test")) {
                        return attention.forward(rows, two, pass).value().copy();
                    }
                });
            }
            trace.committed();
        }
        assertEquals(List.of("blocks.0.attn.hook_q", "blocks.0.attn.hook_q[1]"), List.copyOf(heard.keySet()));
        assertEquals(Shape.of(1, 3, 3, 2), heard.get("blocks.0.attn.hook_q").shape());
        assertEquals(Shape.of(1, 1, 3, 2), heard.get("blocks.0.attn.hook_q[1]").shape());
        Map<String, Tensor> whole = new LinkedHashMap<>();
        forward((place, value, pass) -> {
            whole.put(place, value.value().copy());
            return value;
        }, rows, Sequences.fresh(1));
        assertArrayEquals(whole.get("blocks.0.attn.hook_q").slice(1, 3, 4).copy().floats(), heard.get("blocks.0.attn.hook_q[1]").floats());
    }

    @Test
    @DisplayName("a hook that gives back another shape, or replaces the pattern, is refused by name")
    void refuses() {
        Problem shape = assertThrows(Problem.class, () -> forward((place, value, pass) -> Variable.constant("y", Tensor.zeros(1)), x, Sequences.fresh(2)));
        assertTrue(shape.getMessage().contains("blocks.0.attn.hook_q"), shape.getMessage());
        Problem pattern = assertThrows(Problem.class, () -> forward((place, value, pass) -> place.endsWith("pattern")
                ? Variable.constant("y", value.value().copy()) : value, x, Sequences.fresh(2)));
        assertTrue(pattern.getMessage().contains("hook_pattern"), pattern.getMessage());
    }
}
