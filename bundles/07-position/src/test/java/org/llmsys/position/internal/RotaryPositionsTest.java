package org.llmsys.position.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.internal.EagerTape;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.position.RotaryPairing;
import org.llmsys.position.RotaryScaling;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.ElementwiseKernel;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** Rotary positions: both pairings, all scalings, forward and backward. */
class RotaryPositionsTest {

    private final Trial trial = new Trial(Assemblies.of(new EagerTape(), ElementwiseKernel.scalar()));

    @Test
    @DisplayName("by hand: (1, 0) at position 2 becomes (cos 2, sin 2), at position 0 it stays")
    void byHand() {
        Variable x = Variable.constant("x", Tensor.of(Shape.of(1, 1, 2, 2), 1, 0, 1, 0));
        trial.infer(rope(2, RotaryPairing.INTERLEAVED), (layer, pass) -> {
            assertArrayEquals(new float[] {(float) Math.cos(1), (float) Math.sin(1), (float) Math.cos(2), (float) Math.sin(2)},
                    layer.rotate(x, 1, pass).value().floats());
            assertArrayEquals(new float[] {1, 0}, layer.rotate(x, 0, pass).value().slice(2, 0, 1).copy().floats());
        });
    }

    @Test
    @DisplayName("0.1 to 0.8 at position 5 in both pairings are what PyTorch makes of them with complex numbers and with rotate-half")
    void values() {
        Variable x = Variable.constant("x", Tensor.of(Shape.of(1, 1, 1, 8), .1f, .2f, .3f, .4f, .5f, .6f, .7f, .8f));
        trial.infer(rope(8, RotaryPairing.INTERLEAVED), (layer, pass) -> assertArrayEquals(new float[] {0.220151073479f, -0.039159990374f,
            0.071504553125f, 0.494860686337f, 0.469387628635f, 0.624239740872f, 0.695991266685f, 0.803489985438f}, layer.rotate(x, 5,
                    pass).value().floats(), 1e-7f));
        trial.infer(rope(8, RotaryPairing.HALF_SPLIT), (layer, pass) -> assertArrayEquals(new float[] {0.507828355878f, -0.112138810784f,
            0.264639659629f, 0.395995016677f, 0.045938665265f, 0.622434644855f, 0.714118933058f, 0.801989991688f}, layer.rotate(x, 5,
                    pass).value().floats(), 1e-7f));
    }

    @Test
    @DisplayName("frequencies: linear halves all, NTK keeps the first and divides the last by the factor, Llama 3 agrees with PyTorch")
    void scalings() {
        assertArrayEquals(new double[] {0.5, 0.005}, new RotaryScaling.Linear(2).frequencies(4, 10_000), 1e-15);
        assertArrayEquals(new double[] {1, 0.0629960524947, 0.00396850262992, 0.00025}, new RotaryScaling.NtkAware(4).frequencies(8, 10_000), 1e-12);
        assertArrayEquals(new double[] {1, 0.193922744749, 0.0376060309309, 0.00729266473722, 0.000524846160993, 3.42810219595e-05, 6.64786987118e-06,
            1.28917317215e-06}, new RotaryScaling.Llama3(8, 1, 4, 8192).frequencies(16, 500_000), 1e-12);
        assertArrayEquals(new double[] {1}, new RotaryScaling.NtkAware(4).frequencies(2, 10_000));
        assertThrows(IllegalArgumentException.class, () -> new RotaryScaling.Linear(0.5));
        assertThrows(IllegalArgumentException.class, () -> new RotaryScaling.NtkAware(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new RotaryScaling.Llama3(8, 4, 1, 8192));
    }

    @Test
    @DisplayName("frequencies of YaRN, dynamic NTK and factors a pair are those that transformers 5.23 computes in float")
    void longerContexts() {
        RotaryScaling.Yarn yarn = new RotaryScaling.Yarn(4, 64);
        assertArrayEquals(new double[] {1, 0.237170815, 0.049999997, 0.00790569466, 0.0025, 0.000790569466, 0.00025, 7.90569466e-05},
                yarn.frequencies(16, 10_000), 1e-8);
        assertEquals(1.138629436111989, yarn.magnitude(), 1e-15);
        double[] large = new RotaryScaling.Yarn(8, 4096).frequencies(128, 1e6);
        double[] everyNinth = {1, 0.143301263, 0.0155440439, 0.000940037775, 5.2712061e-05, 7.55370456e-06, 1.08245547e-06, 1.5511722e-07};
        for (int i = 0; i < everyNinth.length; i++) {
            assertEquals(everyNinth[i], large[9 * i], 4e-7 * everyNinth[i]);
        }
        assertArrayEquals(new double[] {1, 0.0629960522, 0.00396850286, 0.00025}, RotaryScaling.NtkAware.dynamic(2, 64, 160).frequencies(8,
                10_000), 1e-8);
        assertEquals(RotaryScaling.NONE, RotaryScaling.NtkAware.dynamic(2, 64, 64));
        assertArrayEquals(new double[] {0.5, 0.0025}, new RotaryScaling.PerPair(List.of(2.0, 4.0)).frequencies(4, 10_000), 1e-15);
        assertThrows(IllegalArgumentException.class, () -> new RotaryScaling.PerPair(List.of(2.0)).frequencies(4, 10_000));
        assertThrows(IllegalArgumentException.class, () -> new RotaryScaling.PerPair(List.of(0.0)));
        assertThrows(IllegalArgumentException.class, () -> new RotaryScaling.Yarn(4, 0));
        assertThrows(IllegalArgumentException.class, () -> new RotaryScaling.Yarn(4, 64, 1, 32, true, 1));
        assertThrows(IllegalArgumentException.class, () -> yarn.frequencies(8, 1));
    }

    @Test
    @DisplayName("0.1 to 0.8 at position 37, halves paired, linear, llama3 and yarn: what LlamaRotaryEmbedding of transformers 5.23 makes of them")
    void scaledValues() {
        scaled(new RotaryScaling.Linear(2), 0.26519280672073364f, -0.6318832635879517f, 0.166118323802948f, 0.38513240218162537f, 0.4355143904685974f,
                0.026900887489318848f, 0.7432393431663513f, 0.807262659072876f);
        scaled(new RotaryScaling.Llama3(8, 1, 4, 32), 0.39831048250198364f, -0.08872418105602264f, 0.26731574535369873f, 0.3962957561016083f,
                0.31835320591926575f, 0.626201331615448f, 0.7131214737892151f, 0.8018414974212646f);
        scaled(new RotaryScaling.Yarn(4, 64), 0.4535280168056488f, -0.657558798789978f, 0.2665073275566101f, 0.4470065236091614f, 0.362486332654953f,
                -0.29361069202423096f, 0.8251851201057434f, 0.9150773882865906f);
    }

    private void scaled(RotaryScaling scaling, float... expected) {
        Variable x = Variable.constant("x", Tensor.of(Shape.of(1, 1, 1, 8), .1f, .2f, .3f, .4f, .5f, .6f, .7f, .8f));
        trial.infer(needs -> new RotaryPositionalEncoding().build(new PositionSpec(256, 8, 8, 10_000, "wpe.weight",
                RotaryPairing.HALF_SPLIT, scaling), null, needs),
                (layer, pass) -> assertArrayEquals(expected, layer.rotate(x, 37, pass).value().floats(), 2e-6f));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("the product of a turned query and a turned key depends on their distance alone, and lengths stay")
    void distance(RotaryPairing pairing) {
        Variable q = Trial.random("q", 1, 1, 1, 16);
        Variable k = Trial.random("k", 1, 1, 1, 16);
        trial.infer(rope(16, pairing), (layer, pass) -> {
            for (int distance : new int[] {0, 1, 13}) {
                double near = dot(layer.rotate(q, 20, pass).value(), layer.rotate(k, 20 - distance, pass).value());
                double far = dot(layer.rotate(q, 900, pass).value(), layer.rotate(k, 900 - distance, pass).value());
                assertEquals(near, far, 1e-6);
            }
            Tensor turned = layer.rotate(q, 777, pass).value();
            assertEquals(dot(q.value(), q.value()), dot(turned, turned), 1e-6);
        });
    }

    @ParameterizedTest
    @CsvSource({"INTERLEAVED, 2, 3, 5, 8", "HALF_SPLIT, 2, 3, 5, 6", "HALF_SPLIT, 1, 1, 13, 2", "INTERLEAVED, 1, 2, 0, 4"})
    @DisplayName("both pairings pass the gradient check in F64, in the middle of the context")
    void gradients(RotaryPairing pairing, int batch, int heads, int sequence, int headDim) {
        Variable x = Trial.random(DType.F64, "x", batch, heads, sequence, headDim);
        trial.gradientCheck("rope", rope(headDim, pairing), (layer, pass) -> layer.rotate(x, 3, pass), x);
    }

    @Test
    @DisplayName("heads that are a view of a fused row turn as their copy does")
    void views() {
        Variable view = Variable.constant("x", Trial.random("x", 2, 5, 3, 4).value().transpose(1, 2));
        Variable copy = Variable.constant("x", view.value().copy());
        trial.infer(rope(4, RotaryPairing.HALF_SPLIT), (layer, pass) ->
                assertArrayEquals(layer.rotate(copy, 2, pass).value().floats(), layer.rotate(view, 2, pass).value().floats()));
    }

    @Test
    @DisplayName("odd heads, another width and a negative position are refused")
    void refuses() {
        Problem odd = assertThrows(Problem.class, () -> new RotaryPositionalEncoding().build(new PositionSpec(9, 3, 3, 10_000,
                "wpe.weight"), null, null));
        assertEquals("elements turn in pairs", odd.why());
        PositionSpec misfit = new PositionSpec(9, 4, 4, 10_000, "wpe.weight", RotaryPairing.INTERLEAVED, new RotaryScaling.PerPair(List.of(1.0)));
        assertThrows(Problem.class, () -> new RotaryPositionalEncoding().build(misfit, null, null));
        trial.infer(rope(4, RotaryPairing.INTERLEAVED), (layer, pass) -> {
            assertThrows(ShapeException.class, () -> layer.rotate(Variable.constant("x", Tensor.zeros(1, 1, 1, 6)), 0, pass));
            assertThrows(ShapeException.class, () -> layer.rotate(Variable.constant("x", Tensor.zeros(1, 1, 4)), 0, pass));
            assertThrows(Problem.class, () -> layer.rotate(Variable.constant("x", Tensor.zeros(1, 1, 1, 4)), -1, pass));
        });
    }

    private static Blueprint<PositionalLayer> rope(int headDim, RotaryPairing pairing) {
        return needs -> new RotaryPositionalEncoding().build(
                new PositionSpec(1000, headDim, headDim, 10_000, "wpe.weight", pairing, RotaryScaling.NONE), null, needs);
    }

    private static double dot(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.floats().length; i++) {
            sum += a.floats()[i] * (double) b.floats()[i];
        }
        return sum;
    }
}
