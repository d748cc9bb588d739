package org.llmsys.feedforward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Blueprint;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.feedforward.FeedForward.FeedForwardSpec;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

class FeedForwardTest {

    private final Trial trial = Workbench.trial();

    @Test
    @DisplayName("one feature, two hidden: relu(x·(1 -1) + (0 1))·(2; 3) + 5 is 11 at x = 3 and 5 + 3*4 = 17 at x = -3")
    void byHand() {
        NamedWeights weights = NamedWeights.of(
                Variable.parameter("mlp.c_fc.weight", Tensor.of(Shape.of(1, 2), 1, -1)), Variable.parameter("mlp.c_fc.bias", Tensor.of(Shape.of(2), 0, 1)),
                Variable.parameter("mlp.c_proj.weight", Tensor.of(Shape.of(2, 1), 2, 3)), Variable.parameter("mlp.c_proj.bias", Tensor.of(Shape.of(1), 5)));
        Variable x = Variable.constant("x", Tensor.of(Shape.of(1, 2, 1), 3, -3));
        for (String algorithm : new String[] {"relu-mlp", "gelu-mlp"}) {           // gelu-mlp takes the specification's activation
            trial.infer(blueprint(algorithm, "relu", 1, 2, 0, weights), (mlp, pass) ->
                    assertArrayEquals(new float[] {11, 17}, mlp.forward(x, pass).value().floats()));
        }
    }

    @ParameterizedTest
    @DisplayName("passes the gradient check in F64 with every weight, with and without biases, with dropout")
    @CsvSource({"gelu, 0", "gelu-tanh, 0.3"})
    void gradients(String activation, float dropout) {
        Variable x = random("x", 1, 1, 3, 4);
        Variable w1 = random("mlp.c_fc.weight", 1, 4, 7);
        Variable b1 = random("mlp.c_fc.bias", 1, 7);
        Variable w2 = random("mlp.c_proj.weight", 1, 7, 4);
        Variable b2 = random("mlp.c_proj.bias", 1, 4);
        check(blueprint("gelu-mlp", activation, 4, 7, dropout, NamedWeights.of(w1, b1, w2, b2)), x, w1, b1, w2, b2);
        check(blueprint("gelu-mlp", activation, 4, 7, dropout, NamedWeights.of(w1, w2)), x, w1, w2);
    }

    @Test
    @DisplayName("relu-mlp passes the gradient check in F64, with hidden biases of ±1 that keep every sum away from the kink")
    void gradientsOfRelu() {
        Variable x = random("x", 0.3, 1, 3, 4);
        Variable w1 = random("mlp.c_fc.weight", 0.3, 4, 7);
        Variable b1 = Variable.parameter("mlp.c_fc.bias", Tensor.ofDoubles(Shape.of(7), 1, -1, 1, -1, 1, -1, 1));
        Variable w2 = random("mlp.c_proj.weight", 1, 7, 4);
        check(blueprint("relu-mlp", "gelu", 4, 7, 0, NamedWeights.of(w1, b1, w2)), x, w1, b1, w2);
    }

    @ParameterizedTest
    @DisplayName("networks with a gate pass the gradient check in F64, with dropout")
    @CsvSource({"swiglu, relu", "geglu, gelu", "geglu, gelu-tanh"})
    void gradientsOfGates(String algorithm, String activation) {
        Variable x = random("x", 1, 1, 3, 4);
        Variable gate = random("mlp.gate_proj.weight", 1, 4, 7);
        Variable up = random("mlp.up_proj.weight", 1, 4, 7);
        Variable down = random("mlp.down_proj.weight", 1, 7, 4);
        check(blueprint(algorithm, activation, 4, 7, 0.2f, NamedWeights.of(gate, up, down)), x, gate, up, down);
    }

    /** @param inputs the network's input, then its weights */
    private void check(Blueprint<Layer> blueprint, Variable... inputs) {
        trial.gradientCheck("feed-forward", blueprint, (mlp, pass) -> mlp.forward(inputs[0], pass), inputs);
    }

    private static Variable random(String name, double scale, long... extents) {
        Tensor values = Trial.random(DType.F64, name, extents).value();
        return Variable.parameter(name, values.mul(values.scalar(scale)));
    }

    @Test
    @DisplayName("swiglu by hand: x = 2, G = 1, U = 3, D = 5: silu(2) * 6 * 5 = 52.8478")
    void swiGlu() {
        NamedWeights one = NamedWeights.of(Variable.parameter("mlp.gate_proj.weight", Tensor.of(Shape.of(1, 1), 1)),
                Variable.parameter("mlp.up_proj.weight", Tensor.of(Shape.of(1, 1), 3)),
                Variable.parameter("mlp.down_proj.weight", Tensor.of(Shape.of(1, 1), 5)));
        trial.infer(blueprint("swiglu", "gelu", 1, 1, 0, one), (mlp, pass) ->
                assertEquals(52.84782, mlp.forward(Variable.constant("x", Tensor.of(Shape.of(1, 1, 1), 2)), pass).value().get(0, 0, 0), 1e-4));
    }

    @ParameterizedTest
    @DisplayName("gives what torch 2 gives in float64 for x = (0.5, -1, 2), C = 3, F = 4, with silu, gelu and gelu's approximation as the gate")
    @CsvSource({"swiglu, gelu, 0.102764, 6.092523, -1.904744", "geglu, gelu, 0.104216, 6.736229, -1.691804",
        "geglu, gelu-tanh, 0.105275, 6.736998, -1.690872", "gelu-mlp, gelu, -0.005477, 2.503827, -0.593370"})
    void asTorch(String algorithm, String activation, double first, double second, double third) {
        boolean gated = algorithm.endsWith("glu");
        Variable wide = Variable.parameter(gated ? "mlp.gate_proj.weight" : "mlp.c_fc.weight", quarters(7, 11, 0, 3, 4));
        Variable up = Variable.parameter("mlp.up_proj.weight", quarters(5, 13, 3, 3, 4));
        Variable narrow = Variable.parameter(gated ? "mlp.down_proj.weight" : "mlp.c_proj.weight", quarters(4, 9, 1, 4, 3));
        Variable x = Variable.constant("x", Tensor.of(Shape.of(1, 1, 3), 0.5f, -1, 2));
        trial.infer(blueprint(algorithm, activation, 3, 4, 0, NamedWeights.of(wide, up, narrow)), (mlp, pass) -> assertArrayEquals(
                new float[] {(float) first, (float) second, (float) third}, mlp.forward(x, pass).value().floats(), 2e-6f));
    }

    /** Element i is a quarter of (a·i + from) mod m - m / 2: easy to write down in another language. */
    private static Tensor quarters(int a, int m, int from, int rows, int columns) {
        Tensor x = Tensor.zeros(rows, columns);
        for (int i = 0; i < rows * columns; i++) {
            x.floats()[i] = ((a * i + from) % m - m / 2) / 4f;
        }
        return x;
    }

    @Test
    @DisplayName("each token passes alone: three tokens together give what they give one by one")
    void tokensPassAlone() {
        Variable x = Trial.random("x", 1, 3, 4);
        NamedWeights weights = NamedWeights.of(Trial.random("mlp.c_fc.weight", 4, 7), Trial.random("mlp.c_proj.weight", 7, 4));
        trial.infer(blueprint("gelu-mlp", "gelu", 4, 7, 0, weights), (mlp, pass) -> {
            Tensor together = mlp.forward(x, pass).value();
            for (int t = 0; t < 3; t++) {
                Tensor alone = mlp.forward(Variable.constant("token", x.value().slice(1, t, t + 1)), pass).value();
                for (int c = 0; c < 4; c++) {
                    assertEquals(together.get(0, t, c), alone.get(0, 0, c));
                }
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"gelu-mlp, c_fc, c_proj", "swiglu, gate_proj, down_proj"})
    @DisplayName("a hook sees what comes before and behind the activation; zeros behind it leave nothing, and looking changes no bit")
    void hooks(String algorithm, String first, String last) {
        NamedWeights weights = NamedWeights.of(Trial.random("mlp." + first + ".weight", 4, 7), Trial.random("mlp.up_proj.weight", 4, 7),
                Trial.random("mlp." + last + ".weight", 7, 4));
        Variable x = Trial.random("x", 2, 3, 4);
        trial.infer(blueprint(algorithm, "gelu", 4, 7, 0, weights), (mlp, pass) -> {
            Map<String, Tensor> seen = new LinkedHashMap<>();
            Hooks look = (place, value, within) -> {
                seen.put(place, value.value().copy());
                return value;
            };
            Hooks silence = (place, value, within) -> place.endsWith("hook_post") ? Variable.constant("nothing", within.zeros(value.shape())) : value;
            try (Pass looking = Pass.inference(look.on(pass.step()), TensorAllocator.heap(), "test");
                    Pass silenced = Pass.inference(silence.on(pass.step()), TensorAllocator.heap(), "test")) {
                assertArrayEquals(mlp.forward(x, pass).value().floats(), mlp.forward(x, looking).value().floats());
                assertArrayEquals(new float[24], mlp.forward(x, silenced).value().copy().floats());
            }
            assertEquals(algorithm.equals("swiglu") ? List.of("blocks.0.mlp.hook_pre", "blocks.0.mlp.hook_pre_linear", "blocks.0.mlp.hook_post")
                    : List.of("blocks.0.mlp.hook_pre", "blocks.0.mlp.hook_post"), List.copyOf(seen.keySet()));
            seen.values().forEach(value -> assertEquals(Shape.of(2, 3, 7), value.shape()));
        });
    }

    @Test
    @DisplayName("a weight of another shape is refused by its name")
    void refusesShapes() {
        NamedWeights weights = NamedWeights.of(Trial.random("mlp.c_fc.weight", 4, 8), Trial.random("mlp.c_proj.weight", 7, 4));
        RuntimeException e = assertThrows(ShapeException.class, () -> trial.infer(blueprint("gelu-mlp", "gelu", 4, 7, 0, weights), (mlp, pass) -> { }));
        assertTrue(e.getMessage().contains("mlp.c_fc.weight"), e.getMessage());
    }

    private static Blueprint<Layer> blueprint(String algorithm, String activation, int embeddingDim, int hiddenDim, float dropout, NamedWeights weights) {
        return needs -> needs.structure(FeedForward.class, algorithm)
                .build(new FeedForwardSpec(embeddingDim, hiddenDim, activation, dropout, 0), weights.scope("mlp"), needs);
    }
}
