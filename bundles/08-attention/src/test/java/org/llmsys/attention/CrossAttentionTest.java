package org.llmsys.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.attention.MultiHeadAttention.AttentionSpec;
import org.llmsys.attention.internal.ReferenceAttention;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** Sublayers that look at more than the past, in F64 where finite differences are sharp. */
class CrossAttentionTest {

    private static final Trial TRIAL = new Trial(Assemblies.of(new EagerTape(), new ReferenceAttention(), new NaiveMatmul(), ElementwiseKernel.scalar()));
    private static final PositionalLayer NO_POSITIONS = new PositionalLayer() {
    };

    private static AttentionSpec spec(int heads, int kvHeads) {
        return new AttentionSpec(2 * heads, heads, kvHeads, 0, false, "blocks.0.attn");
    }

    private static Variable[] weights(DType type, int heads, int kvHeads, int memoryDim) {
        int c = 2 * heads;
        return new Variable[] {Trial.random(type, "q_attn.weight", c, c), Trial.random(type, "q_attn.bias", c),
            Trial.random(type, "c_attn.weight", memoryDim, 4 * kvHeads), Trial.random(type, "c_attn.bias", 4 * kvHeads),
            Trial.random(type, "c_proj.weight", c, c), Trial.random(type, "c_proj.bias", c)};
    }

    @ParameterizedTest(name = "NH {0}, NKV {1}, T {2}, S {3}, valid {4} and {5}")
    @DisplayName("cross-attention passes the gradient check for x, the memory and all weights: more of one, more of the other, padding, an empty memory")
    @CsvSource({"2, 2, 3, 5, 5, 5", "3, 1, 4, 2, 2, 1", "2, 1, 2, 3, 0, 3"})
    void crossGradients(int heads, int kvHeads, int queries, int keys, int first, int second) {
        Variable x = Trial.random(DType.F64, "x", 2, queries, 2 * heads);
        Variable memory = Trial.random(DType.F64, "memory", 2, keys, 5);
        Variable[] weights = weights(DType.F64, heads, kvHeads, 5);
        Variable[] all = {x, memory, weights[0], weights[1], weights[2], weights[3], weights[4], weights[5]};
        TRIAL.gradientCheck("cross-attention", needs -> new CrossAttention(spec(heads, kvHeads), 5, NamedWeights.of(weights), needs),
                (attention, pass) -> attention.forward(x, memory, Sequences.padded(first, second), pass), all);
    }

    @Test
    @DisplayName("self-attention in both directions with padding passes it too")
    void paddedGradients() {
        Variable x = Trial.random(DType.F64, "x", 2, 3, 4);
        Variable[] all = {x, Trial.random(DType.F64, "c_attn.weight", 4, 12), Trial.random(DType.F64, "c_attn.bias", 12),
            Trial.random(DType.F64, "c_proj.weight", 4, 4), Trial.random(DType.F64, "c_proj.bias", 4)};
        TRIAL.gradientCheck("attention", needs -> new MultiHeadAttention(spec(2, 2), NamedWeights.of(all), NO_POSITIONS, needs),
                (attention, pass) -> attention.forward(x, Sequences.padded(3, 2), pass), all);
    }

    @Test
    @DisplayName("weights that no gradient is wanted of do not stop the gradient of the memory")
    void frozenQueries() {
        Variable[] weights = weights(DType.F32, 2, 2, 5);
        for (int i = 0; i < 2; i++) {
            weights[i] = weights[i].detach();
        }
        Variable x = Trial.random("x", 1, 3, 4).detach();
        Variable memory = Trial.random("memory", 1, 4, 5);
        TRIAL.gradientCheck("cross-attention", needs -> new CrossAttention(spec(2, 2), 5, NamedWeights.of(weights), needs),
                (attention, pass) -> attention.forward(x, memory, new Sequences.Fresh(1), pass), memory);
    }

    @Test
    @DisplayName("two heads by hand: the first two features ask, the memory's two rows weigh 1/4 and 3/4, then 1/2 and 1/2")
    void byHand() {
        // Identity projections; HS = 1, so scores are products. q = (log 3, 0), keys 0 and 1 in both heads.
        Variable x = constant("x", new long[] {1, 1, 2}, (float) Math.log(3), 0);
        Variable memory = constant("memory", new long[] {1, 2, 2}, 0, 10, 1, 20);
        Variable q = constant("q_attn.weight", new long[] {2, 2}, 1, 0, 0, 1);
        Variable kv = constant("c_attn.weight", new long[] {2, 4}, 1, 1, 0, 0, 0, 0, 1, 1);       // keys: feature 0 twice; values: feature 1 twice
        Variable projection = constant("c_proj.weight", new long[] {2, 2}, 1, 0, 0, 1);
        TRIAL.infer(needs -> new CrossAttention(new AttentionSpec(2, 2, 2, 0, false, "cross"), 2, NamedWeights.of(q, kv, projection), needs),
                (attention, pass) -> assertArrayEquals(new float[] {17.5f, 15},
                        attention.forward(x, memory, new Sequences.Fresh(1), pass).value().copy().floats(), 1e-5f));
    }

    @Test
    @DisplayName("two heads that share a key head over two memories, of 3 and of 2 tokens: the numbers of PyTorch, for weights that are sines")
    void valuesOfPyTorch() {
        // scaled_dot_product_attention between the projections, in double; every number is the sine of its place, counted over x, memory, q, kv, proj
        int[] place = {0};
        Variable x = sines("x", place, 2, 2, 4);
        Variable memory = sines("memory", place, 2, 3, 3);
        Variable[] weights = {sines("q_attn.weight", place, 4, 4), sines("q_attn.bias", place, 4), sines("c_attn.weight", place, 3, 4),
            sines("c_attn.bias", place, 4), sines("c_proj.weight", place, 4, 4), sines("c_proj.bias", place, 4)};
        double[] expected = {-0.00528493903, 1.02439544728, 1.11225138360, 0.17750852725, -0.22293405837, 0.84277249029, 1.13363789802, 0.38224185035,
            -0.32693035509, 1.29599252446, 1.72738585379, 0.57062859540, -0.25635456882, 1.30945631478, 1.67135910144, 0.49662203810};
        TRIAL.infer(needs -> new CrossAttention(spec(2, 1), 3, NamedWeights.of(weights), needs), (attention, pass) -> {
            Tensor y = attention.forward(x, memory, Sequences.padded(3, 2), pass).value().copy();
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], y.elements().get(i), 1e-6);
            }
        });
    }

    private static Variable sines(String name, int[] place, long... extents) {
        Tensor value = Tensor.zeros(extents);
        for (int i = 0; i < value.size(); i++) {
            value.floats()[i] = (float) Math.sin(++place[0]);
        }
        return Variable.constant(name, value);
    }

    private static Variable constant(String name, long[] extents, float... elements) {
        return Variable.constant(name, Tensor.of(Shape.of(extents), elements));
    }

    @Test
    @DisplayName("in both directions an early token changes with a late one; a bias by distance and a cache are refused there")
    void bothDirections() {
        Variable[] weights = {Trial.random("c_attn.weight", 4, 12), Trial.random("c_proj.weight", 4, 4)};
        Variable x = Trial.random("x", 1, 3, 4);
        Tensor other = x.value().copy();
        other.set(5, 0, 2, 1);
        TRIAL.infer(needs -> new MultiHeadAttention(spec(2, 2), NamedWeights.of(weights), NO_POSITIONS, needs), (attention, pass) -> {
            float before = attention.forward(x, Sequences.fresh(1), pass).value().get(0, 0, 0);
            assertTrue(Math.abs(before - attention.forward(Variable.constant("x", other), Sequences.fresh(1), pass).value().get(0, 0, 0)) > 1e-4);
            assertThrows(IllegalArgumentException.class, () -> attention.forward(x, Sequences.continued(null, 3), pass));
        });
        PositionalLayer lines = new PositionalLayer() {
            @Override
            public ScoreBias scoreBias(int numHeads) {
                return ScoreBias.linear(1, 2);
            }
        };
        Problem problem = assertThrows(Problem.class, () -> TRIAL.infer(
                needs -> new MultiHeadAttention(spec(2, 2), NamedWeights.of(weights), lines, needs), (attention, pass) -> { }));
        assertTrue(problem.getMessage().contains("both directions"), problem.getMessage());
        assertEquals(2, Sequences.padded(3, 2).batch());
        assertThrows(IllegalArgumentException.class, () -> new Sequences.Fresh(3, List.of(1)));
    }
}
