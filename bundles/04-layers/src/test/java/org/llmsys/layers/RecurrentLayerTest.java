package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class RecurrentLayerTest {

    private final Trial trial = Workbench.trial();

    private static RecurrentLayer layer(String kind, int in, int hidden, int layers, Direction direction, Parameters weights, Needs needs) {
        return switch (kind) {
            case "tanh", "relu" -> new Rnn("m", in, hidden, layers, direction, kind, weights, needs);
            case "lstm", "lstm-peephole" -> new Lstm("m", in, hidden, layers, direction, kind.endsWith("peephole"), weights, needs);
            default -> new Gru("m", in, hidden, layers, direction, kind.equals("gru-after"), weights, needs);
        };
    }

    /** What makes a weight from its name, its place in PyTorch's order and its shape. */
    private interface Source {
        Variable weight(String name, int place, long... extents);
    }

    /** All weights of a layer, in PyTorch's order. */
    private static List<Variable> weights(String kind, int in, int hidden, int layers, Direction direction, Source source) {
        List<Variable> all = new ArrayList<>();
        int gates = kind.startsWith("lstm") ? 4 : kind.startsWith("gru") ? 3 : 1;
        for (int layer = 0; layer < layers; layer++) {
            for (boolean reverse : direction.reversed()) {
                String ending = "_l" + layer + (reverse ? "_reverse" : "");
                int width = layer == 0 ? in : direction.ways() * hidden;
                all.add(source.weight("m.weight_ih" + ending, all.size(), gates * hidden, width));
                all.add(source.weight("m.weight_hh" + ending, all.size(), gates * hidden, hidden));
                all.add(source.weight("m.bias_ih" + ending, all.size(), gates * hidden));
                all.add(source.weight("m.bias_hh" + ending, all.size(), gates * hidden));
                if (kind.equals("lstm-peephole")) {
                    all.add(source.weight("m.peephole" + ending, all.size(), 3L * hidden));
                }
            }
        }
        return all;
    }

    private static NamedWeights named(List<Variable> weights) {
        return NamedWeights.of(weights.toArray(Variable[]::new));
    }

    @Test
    @DisplayName("one unit with weights 1, relu: h' = x + h, so it counts up 1, 3, 6, and goes on from 6 to 10 when the state is given back")
    void byHand() {
        NamedWeights weights = NamedWeights.of(Variable.parameter("m.weight_ih_l0", Tensor.of(Shape.of(1, 1), 1)),
                Variable.parameter("m.weight_hh_l0", Tensor.of(Shape.of(1, 1), 1)));
        trial.infer(needs -> layer("relu", 1, 1, 1, Direction.FORWARD, weights, needs), (rnn, pass) -> {
            RecurrentLayer.Result first = rnn.forward(Variable.constant("x", Tensor.of(Shape.of(1, 3, 1), 1, 2, 3)), null, pass);
            assertArrayEquals(new float[] {1, 3, 6}, first.output().value().floats());
            assertNull(first.state().c());
            RecurrentLayer.Result next = rnn.forward(Variable.constant("x", Tensor.of(Shape.of(1, 1, 1), 4)), first.state().kept(), pass);
            assertArrayEquals(new float[] {10}, next.output().value().floats());
        });
        trial.infer(needs -> layer("relu", 1, 1, 1, Direction.REVERSE, NamedWeights.of(
                Variable.parameter("m.weight_ih_l0_reverse", Tensor.of(Shape.of(1, 1), 1)),
                Variable.parameter("m.weight_hh_l0_reverse", Tensor.of(Shape.of(1, 1), 1))), needs), (rnn, pass) ->
                assertArrayEquals(new float[] {6, 5, 3}, rnn.forward(Variable.constant("x", Tensor.of(Shape.of(1, 3, 1), 1, 2, 3)), pass).value().floats()));
    }

    @Test
    @DisplayName("an lstm whose gates are all half open: c' = c/2 + tanh(x)/2, h' = tanh(c')/2")
    void lstmByHand() {
        NamedWeights weights = NamedWeights.of(Variable.parameter("m.weight_ih_l0", Tensor.of(Shape.of(4, 1), 0, 0, 1, 0)),
                Variable.parameter("m.weight_hh_l0", Tensor.zeros(4, 1)));
        trial.infer(needs -> new Lstm("m", 1, 1, weights, needs), (lstm, pass) -> {
            RecurrentLayer.Result result = lstm.forward(Variable.constant("x", Tensor.of(Shape.of(1, 2, 1), 1, 2)), null, pass);
            double c1 = Math.tanh(1) / 2;
            double c2 = c1 / 2 + Math.tanh(2) / 2;
            assertEquals(Math.tanh(c1) / 2, result.output().value().get(0, 0, 0), 1e-7);
            assertEquals(Math.tanh(c2) / 2, result.output().value().get(0, 1, 0), 1e-7);
            assertEquals(Math.tanh(c2) / 2, result.state().h().value().get(0, 0, 0), 1e-7);
            assertEquals(c2, result.state().c().value().get(0, 0, 0), 1e-7);
        });
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("agree with PyTorch: two layers, both directions, initial state, rows of 4 and 2 elements; outputs, state and gradients")
    @CsvSource({
        "tanh, -0.7388124520883342, 0.9377077084255645, 0.3452930179617914, -1.7565997481159576, 0.37968845605706264, 0.056027946268714955, -0.033200762821112756,"
                + " -0.26055896450731897, -0.12379793343148907, -2.4389148705821295",
        "relu, 0, 1.0379056739898052, 0.30891632905111854, -2.5214985915247596, 0.28165814987457116, -0.13534474232127852, 0, 0, 0.32230703173261427, 0",
        "lstm, -0.4748937607011244, -0.3661128225837052, -0.24228092055169817, -0.5830086875534461, 0.3269907806882323, -0.1784966589373363, 0.06413202385749005,"
                + " -0.17849567085619064, -0.06845883983276947, 0.07481346597477846",
        "gru-after, -0.07471947093207393, 0.6678268013627675, 0.015168279158469855, -7.113259476537698, 0.053039552163781645, 0.1315995505081387,"
                + " 0.2529354113536716, 0.023553204253146956, -0.05598599903423032, 0.5571129530208043"})
    void torch(String kind, double firstOutput, double lastOutput, double lastState, double loss, double firstGradX, double lastGradX, double gradH, double gradIn,
            double gradRecurrent, double gradBias) {
        List<Variable> weights = weights(kind, 2, 3, 2, Direction.BIDIRECTIONAL, (name, place, extents) -> Sines.of(name, 100 * (place + 1), 0.5, extents));
        Variable x = Sines.of("x", 0, 1, 2, 4, 2);
        Variable h = Sines.of("h", 10, 1, 4, 2, 3);
        Variable c = kind.equals("lstm") ? Sines.of("c", 50, 1, 4, 2, 3) : null;
        trial.train(needs -> layer(kind, 2, 3, 2, Direction.BIDIRECTIONAL, named(weights), needs), (layer, pass) -> {
            RecurrentLayer.Result result = layer.forward(x, new RecurrentState(h, c), new int[] {4, 2}, pass);
            assertEquals(Shape.of(2, 4, 6), result.output().shape());
            Sines.assertElement(firstOutput, result.output().value(), 0, 0, 0);
            Sines.assertElement(lastOutput, result.output().value(), 1, 1, 5);
            assertEquals(0, result.output().value().get(1, 2, 0));
            Sines.assertElement(lastState, result.state().h().value(), 3, 1, 2);
            Variable total = c == null ? Sines.loss(pass, result.output(), result.state().h())
                    : Sines.loss(pass, result.output(), result.state().h(), result.state().c());
            Sines.assertElement(loss, total.value(), 0);
            Gradients gradients = pass.tape().backward(total);
            Sines.assertElement(firstGradX, gradients.of(x), 0, 0, 0);
            Sines.assertElement(lastGradX, gradients.of(x), 1, 1, 1);
            assertEquals(0, gradients.of(x).get(1, 3, 1));
            Sines.assertElement(gradH, gradients.of(h), 0, 0, 0);
            Sines.assertElement(gradIn, gradient(gradients, weights, "weight_ih_l0"), 0, 0);
            Sines.assertElement(gradRecurrent, gradient(gradients, weights, "weight_hh_l1_reverse"), 2, 1);
            Tensor bias = gradient(gradients, weights, "bias_hh_l0_reverse");
            Sines.assertElement(gradBias, bias, bias.size() - 1);
        });
    }

    private static Tensor gradient(Gradients gradients, List<Variable> weights, String name) {
        return gradients.of(weights.stream().filter(w -> w.name().equals("m." + name)).findFirst().orElseThrow());
    }

    @ParameterizedTest(name = "{0}: {1} rows of {2} elements, {3} features to {4}, {5} layers, {6}, lengths {7}")
    @DisplayName("pass the gradient check in F64: input, initial state and every weight, output and final state")
    @CsvSource({"tanh, 2, 3, 2, 3, 1, FORWARD, false", "relu, 2, 3, 1, 2, 2, REVERSE, true", "lstm, 2, 3, 2, 2, 1, FORWARD, false",
        "lstm, 3, 2, 1, 2, 2, BIDIRECTIONAL, true", "lstm-peephole, 2, 3, 2, 2, 1, BIDIRECTIONAL, true", "gru-after, 2, 3, 2, 2, 1, FORWARD, false",
        "gru-after, 2, 2, 1, 2, 2, BIDIRECTIONAL, true", "gru-before, 2, 3, 2, 2, 1, REVERSE, true", "gru-before, 1, 1, 1, 1, 1, FORWARD, false",
        "lstm, 1, 1, 1, 1, 1, FORWARD, false", "lstm, 2, 0, 2, 2, 1, BIDIRECTIONAL, false", "gru-after, 0, 3, 2, 2, 1, FORWARD, false",
        "tanh, 1, 13, 1, 1, 1, FORWARD, false"})
    void gradients(String kind, int batch, int time, int in, int hidden, int layers, Direction direction, boolean unequal) {
        List<Variable> weights = weights(kind, in, hidden, layers, direction, (name, place, extents) -> Trial.random(DType.F64, name, extents));
        List<Variable> inputs = new ArrayList<>(List.of(Trial.random(DType.F64, "x", batch, time, in),
                Trial.random(DType.F64, "h", (long) layers * direction.ways(), batch, hidden),
                Trial.random(DType.F64, "c", (long) layers * direction.ways(), batch, hidden)));
        RecurrentState initial = new RecurrentState(inputs.get(1), kind.startsWith("lstm") ? inputs.get(2) : null);
        inputs.addAll(weights);
        int[] lengths = unequal ? new int[batch] : null;
        for (int row = 0; unequal && row < batch; row++) {
            lengths[row] = Math.max(0, time - 2 * row);
        }
        for (int shown = 0; shown < (kind.startsWith("lstm") ? 3 : 2); shown++) {
            int which = shown;
            trial.gradientCheck(kind + " result " + shown, needs -> layer(kind, in, hidden, layers, direction, named(weights), needs), (layer, pass) -> {
                RecurrentLayer.Result result = layer.forward(inputs.getFirst(), initial, lengths, pass);
                return which == 0 ? result.output() : which == 1 ? result.state().h() : result.state().c();
            }, inputs.toArray(Variable[]::new));
        }
    }

    @Test
    @DisplayName("without biases and state, from a view: gradient check in F64")
    void bare() {
        Variable x = Trial.random(DType.F64, "x", 3, 2, 2);
        for (String kind : List.of("tanh", "lstm", "gru-after", "gru-before")) {
            List<Variable> weights = weights(kind, 2, 2, 1, Direction.FORWARD, (name, place, extents) -> Trial.random(DType.F64, name, extents));
            weights.removeIf(w -> w.name().contains("bias"));
            trial.gradientCheck(kind, needs -> layer(kind, 2, 2, 1, Direction.FORWARD, named(weights), needs),
                    (layer, pass) -> layer.forward(Views.transpose(x, pass, 0, 1), pass), x, weights.get(0), weights.get(1));
        }
    }

    @ParameterizedTest
    @DisplayName("a sequence in two pieces, with the state handed on, gives the bits of the whole sequence")
    @ValueSource(strings = {"tanh", "lstm", "gru-after", "gru-before"})
    void pieces(String kind) {
        List<Variable> weights = weights(kind, 3, 5, 2, Direction.FORWARD, (name, place, extents) -> Trial.random(name, extents));
        Tensor x = Trial.random("x", 2, 13, 3).value();
        trial.infer(needs -> layer(kind, 3, 5, 2, Direction.FORWARD, named(weights), needs), (layer, pass) -> {
            RecurrentLayer.Result whole = layer.forward(Variable.constant("x", x), null, pass);
            RecurrentLayer.Result first = layer.forward(Variable.constant("x", x.slice(1, 0, 6)), null, pass);
            RecurrentLayer.Result second = layer.forward(Variable.constant("x", x.slice(1, 6, 13)), first.state().kept(), pass);
            assertArrayEquals(whole.output().value().slice(1, 6, 13).copy().floats(), second.output().value().floats());
            assertArrayEquals(whole.state().h().value().floats(), second.state().h().value().floats());
        });
    }

    @Test
    @DisplayName("a row that ends early gives what it would give alone, in both directions, and zeros behind its end")
    void lengths() {
        List<Variable> weights = weights("lstm", 2, 3, 2, Direction.BIDIRECTIONAL, (name, place, extents) -> Trial.random(name, extents));
        Tensor x = Trial.random("x", 2, 5, 2).value();
        trial.infer(needs -> layer("lstm", 2, 3, 2, Direction.BIDIRECTIONAL, named(weights), needs), (layer, pass) -> {
            RecurrentLayer.Result both = layer.forward(Variable.constant("x", x), null, new int[] {5, 3}, pass);
            RecurrentLayer.Result alone = layer.forward(Variable.constant("x", x.slice(0, 1, 2).slice(1, 0, 3)), null, pass);
            assertArrayEquals(alone.output().value().floats(), both.output().value().slice(0, 1, 2).slice(1, 0, 3).copy().floats());
            assertArrayEquals(new float[12], both.output().value().slice(0, 1, 2).slice(1, 3, 5).copy().floats());
            assertArrayEquals(alone.state().c().value().floats(), both.state().c().value().slice(1, 1, 2).copy().floats());
        });
    }

    @Test
    @DisplayName("wrong inputs, states, lengths, weights and activations are refused, each with one error")
    void refuses() {
        NamedWeights weights = named(weights("lstm", 2, 3, 1, Direction.FORWARD, (name, place, extents) -> Trial.random(name, extents)));
        Variable x = Variable.constant("x", Tensor.zeros(2, 4, 2));
        trial.infer(needs -> layer("lstm", 2, 3, 1, Direction.FORWARD, weights, needs), (lstm, pass) -> {
            ShapeException features = assertThrows(ShapeException.class, () -> lstm.forward(Variable.constant("x", Tensor.zeros(2, 4, 3)), pass));
            assertEquals("lstm m: (2, 4, 3) and (12, 2) do not fit", features.getMessage());
            assertThrows(ShapeException.class, () -> lstm.forward(Variable.constant("x", Tensor.zeros(4, 2)), pass));
            RecurrentState wrong = RecurrentState.of(Variable.constant("h", Tensor.zeros(1, 3, 3)));
            assertEquals("lstm m state h: (1, 3, 3) and (1, 2, 3) do not fit",
                    assertThrows(ShapeException.class, () -> lstm.forward(x, wrong, pass)).getMessage());
            assertTrue(assertThrows(Problem.class, () -> lstm.forward(x, null, new int[] {4}, pass)).getMessage().contains("1 lengths for 2 sequences"));
            assertThrows(Problem.class, () -> lstm.forward(x, null, new int[] {4, 5}, pass));
            assertThrows(Problem.class, () -> lstm.forward(x, null, new int[] {4, -1}, pass));
        });
        NamedWeights plain = named(weights("tanh", 2, 3, 1, Direction.FORWARD, (name, place, extents) -> Trial.random(name, extents)));
        trial.infer(needs -> layer("tanh", 2, 3, 1, Direction.FORWARD, plain, needs), (rnn, pass) -> {
            Variable state = Variable.constant("h", Tensor.zeros(1, 2, 3));
            assertThrows(Problem.class, () -> rnn.forward(x, new RecurrentState(state, state), pass));
        });
        trial.infer(needs -> {
            assertThrows(Problem.class, () -> layer("lstm", 3, 3, 1, Direction.FORWARD, weights, needs));
            assertThrows(Problem.class, () -> layer("lstm", 2, 3, 0, Direction.FORWARD, weights, needs));
            assertThrows(Problem.class, () -> layer("lstm", 2, 3, 1, Direction.REVERSE, weights, needs));
            assertThrows(Problem.class, () -> new Rnn("m", 2, 3, 1, Direction.FORWARD, "gelu", plain, needs));
            return "built";
        }, (built, pass) -> assertEquals("built", built));
    }
}
