package org.llmsys.attention.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.attention.AttentionKernel;
import org.llmsys.attention.AttentionMask;
import org.llmsys.attention.MultiHeadAttention;
import org.llmsys.attention.MultiHeadAttention.AttentionSpec;
import org.llmsys.attention.Sequences;
import org.llmsys.autograd.Functions;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.matmul.internal.NaiveMatmul;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.position.ScoreBias;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** The reference in F64, where finite differences are sharp. */
class AttentionInDoubleTest {

    private static final Trial TRIAL = new Trial(Assemblies.of(new EagerTape(), new ReferenceAttention(), new NaiveMatmul(), ElementwiseKernel.scalar()));

    @ParameterizedTest(name = "B {0}, NH {1}, NKV {2}, T {3}, S {4}, HS {5}")
    @DisplayName("the reference passes the gradient check in F64: grouped heads, more keys than queries, odd widths, one of everything, nothing")
    @CsvSource({"1, 1, 1, 1, 1, 1", "2, 4, 2, 3, 3, 2", "1, 3, 1, 5, 13, 7", "1, 2, 2, 13, 13, 1", "2, 1, 1, 0, 3, 2"})
    void gradients(int batch, int heads, int kvHeads, int queries, int keys, int width) {
        Variable q = Trial.random(DType.F64, "q", batch, heads, queries, width);
        Variable k = Trial.random(DType.F64, "k", batch, kvHeads, keys, width);
        Variable v = Trial.random(DType.F64, "v", batch, kvHeads, keys, width);
        TRIAL.gradientCheck("attention", needs -> needs.add(AttentionKernel.class, AttentionKernel.ALGORITHM),
                (kernel, pass) -> attend(pass.step().get(kernel), q, k, v, AttentionMask.CAUSAL, pass), q, k, v);
    }

    @ParameterizedTest(name = "causal {0}, T {1}, S {2}, valid {3} and {4}")
    @DisplayName("it passes the gradient check with every mask: both directions, fewer keys than queries, padding, a row that sees nothing")
    @CsvSource({"false, 3, 3, 3, 3", "false, 5, 2, 2, 2", "false, 2, 5, 3, 0", "true, 3, 5, 4, 1", "true, 4, 4, 0, 4"})
    void masks(boolean causal, int queries, int keys, int first, int second) {
        AttentionMask mask = (causal ? AttentionMask.CAUSAL : AttentionMask.WHOLE).withLengths(List.of(first, second));
        Variable q = Trial.random(DType.F64, "q", 2, 2, queries, 3);
        Variable k = Trial.random(DType.F64, "k", 2, 1, keys, 3);
        Variable v = Trial.random(DType.F64, "v", 2, 1, keys, 3);
        TRIAL.gradientCheck("attention", needs -> needs.add(AttentionKernel.class, AttentionKernel.ALGORITHM),
                (kernel, pass) -> attend(pass.step().get(kernel), q, k, v, mask, pass), q, k, v);
    }

    @Test
    @DisplayName("in both directions with 2 of 3 keys valid the outputs are those of PyTorch's scaled_dot_product_attention with that mask")
    void paddingValues() {
        Tensor q = Tensor.zeros(DType.F64, Shape.of(2, 1, 2, 2));
        Tensor k = Tensor.zeros(DType.F64, Shape.of(2, 1, 3, 2));
        Tensor v = Tensor.zeros(DType.F64, Shape.of(2, 1, 3, 2));
        for (int i = 0; i < 12; i++) {
            double x = i / 10.0 - 0.5;
            if (i < 8) {
                q.elements().set(i, 3 * x);
            }
            k.elements().set(i ^ 1, 0.7 * x);
            v.elements().set(i, x * x + 1);
        }
        Tensor out = Tensor.zeros(DType.F64, Shape.of(2, 1, 2, 2));
        new ReferenceAttention().forward(q, k, v, AttentionMask.WHOLE.withLengths(List.of(2, 3)), ScoreBias.NONE, out, null);
        double[] expected = {1.180628254433, 1.107971190825, 1.175928806781, 1.104446605086, 1.114295056205, 1.183503213006, 1.123820099464, 1.196192840358};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], out.elements().get(i), 1e-11);
        }
    }

    @Test
    @DisplayName("with a bias of -t/16 and -t/256 the outputs are those of PyTorch's scaled_dot_product_attention with that mask")
    void biasValues() {
        Tensor q = Tensor.zeros(DType.F64, Shape.of(1, 2, 3, 2));
        Tensor k = Tensor.zeros(DType.F64, Shape.of(1, 2, 3, 2));
        Tensor v = Tensor.zeros(DType.F64, Shape.of(1, 2, 3, 2));
        for (int i = 0; i < 12; i++) {
            double x = i / 10.0 - 0.5;
            q.elements().set(i, x);
            k.elements().set(i ^ 1, 0.7 * x);
            v.elements().set(i, x * x + 1);
        }
        Tensor out = Tensor.zeros(DType.F64, Shape.of(1, 2, 3, 2));
        new ReferenceAttention().forward(q, k, v, AttentionMask.CAUSAL, ScoreBias.linear(1 / 16.0, 1 / 256.0), out, null);
        double[] expected = {1.25, 1.16, 1.169479906315, 1.099609929736, 1.112472854023, 1.063874887720, 1.01, 1.04, 1.051463400863, 1.102195101295,
            1.125728009549, 1.198729666597};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], out.elements().get(i), 1e-11);
        }
    }

    @ParameterizedTest(name = "NH {0}, NKV {1}")
    @DisplayName("the whole sublayer passes it with a bias by distance, another one in each head")
    @CsvSource({"2, 2", "3, 1"})
    void sublayerWithBias(int heads, int kvHeads) {
        PositionalLayer lines = new PositionalLayer() {

            @Override
            public ScoreBias scoreBias(int numHeads) {
                return ScoreBias.linear(Arrays.copyOf(new double[] {0.5, 2, 0.125}, numHeads));
            }
        };
        sublayer(heads, kvHeads, lines);
    }

    @ParameterizedTest(name = "NH {0}, NKV {1}")
    @DisplayName("the whole sublayer passes it too, input and all four weights, with grouped heads, with turned queries and keys")
    @CsvSource({"2, 2, false", "4, 2, false", "3, 1, true"})
    void sublayer(int heads, int kvHeads, boolean turned) {
        sublayer(heads, kvHeads, new PositionalLayer() {

            @Override
            public Variable rotate(Variable of, int start, Pass pass) {
                return turned ? Functions.tanh(Views.contiguous(of, pass), pass) : of;
            }
        });
    }

    private static void sublayer(int heads, int kvHeads, PositionalLayer positions) {
        AttentionSpec spec = new AttentionSpec(2 * heads, heads, kvHeads, 0);
        int fused = 2 * (heads + 2 * kvHeads);
        Variable x = Trial.random(DType.F64, "x", 2, 3, 2 * heads);
        Variable[] all = {x, Trial.random(DType.F64, "c_attn.weight", 2 * heads, fused), Trial.random(DType.F64, "c_attn.bias", fused),
            Trial.random(DType.F64, "c_proj.weight", 2 * heads, 2 * heads), Trial.random(DType.F64, "c_proj.bias", 2 * heads)};
        TRIAL.gradientCheck("attention", needs -> new MultiHeadAttention(spec, NamedWeights.of(all), positions, needs),
                (attention, pass) -> attention.forward(x, Sequences.fresh(2), pass), all);
    }

    private static Variable attend(AttentionKernel kernel, Variable q, Variable k, Variable v, AttentionMask mask, Pass pass) {
        Tensor out = pass.blank(q.shape());                                                            // (B,NH,T,HS)
        Tensor logSumExp = pass.blank(q.shape().extent(0), q.shape().extent(1), q.shape().extent(2));  // (B,NH,T)
        kernel.forward(q.value(), k.value(), v.value(), mask, ScoreBias.NONE, out, logSumExp);
        return pass.tape().record("attention", out, (Tensor gradOut, Gradients gradients) -> kernel.backward(q.value(), k.value(), v.value(), mask,
                ScoreBias.NONE, out, logSumExp, gradOut, gradients.into(q), gradients.into(k), gradients.into(v)), q, k, v);
    }
}
