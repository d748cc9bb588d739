package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.GradientCheck;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.internal.Elu;
import org.llmsys.layers.internal.Gelu;
import org.llmsys.layers.internal.GeluTanh;
import org.llmsys.layers.internal.HardSigmoid;
import org.llmsys.layers.internal.HardSwish;
import org.llmsys.layers.internal.HyperbolicTangent;
import org.llmsys.layers.internal.LeakyRelu;
import org.llmsys.layers.internal.Mish;
import org.llmsys.layers.internal.QuickGelu;
import org.llmsys.layers.internal.Relu;
import org.llmsys.layers.internal.Sigmoid;
import org.llmsys.layers.internal.Silu;
import org.llmsys.layers.internal.Softplus;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** Every activation of this room by the same cases. */
class ActivationTest {

    private static final List<Activation> ALL = List.of(new Relu(), new HyperbolicTangent(), new Sigmoid(), new Gelu(), new GeluTanh(), new Silu(),
            new Softplus(), new LeakyRelu(), new Elu(), new HardSigmoid(), new HardSwish(), new Mish(), new QuickGelu());

    private final Trial trial = Workbench.trial();

    @ParameterizedTest(name = "{0}({1}) = {2}")
    @DisplayName("values from tables")
    @CsvSource({
        "relu, -2, 0", "relu, 0, 0", "relu, 3.5, 3.5",
        "tanh, 0, 0", "tanh, 1, 0.7615941559557649", "tanh, -100, -1",
        "sigmoid, 0, 0.5", "sigmoid, 2, 0.8807970779778823", "sigmoid, -1000, 0", "sigmoid, 1000, 1",
        "silu, 0, 0", "silu, 2, 1.7615941559557646", "silu, -1000, 0",
        "gelu, 0, 0", "gelu, 1, 0.8413447460685429", "gelu, -1, -0.15865525393145707", "gelu, 10, 10", "gelu, -40, 0",
        "softplus, 0, 0.6931471805599453", "softplus, 1000, 1000", "softplus, -1000, 0", "leaky-relu, -2, -0.02", "leaky-relu, 3, 3",
        "elu, 2, 2", "elu, -1, -0.6321205588285577", "elu, -1000, -1", "hard-sigmoid, -4, 0", "hard-sigmoid, 1, 0.6666666666666666", "hard-sigmoid, 4, 1",
        "hard-swish, -4, 0", "hard-swish, 1, 0.6666666666666666", "hard-swish, 4, 4", "mish, 0, 0", "mish, 1, 0.8650983882673103", "mish, -1000, 0",
        "quick-gelu, 0, 0", "quick-gelu, 1, 0.8457957659328212", "quick-gelu, -1000, 0",
        "gelu-tanh, 0, 0", "gelu-tanh, 1, 0.8411919906082768", "gelu-tanh, -1, -0.15880800939172324"})
    void values(String algorithm, float x, double expected) {
        assertEquals(expected, apply(activation(algorithm), x)[0], 1e-7 * Math.max(1, Math.abs(expected)));
    }

    @Test
    @DisplayName("exact GELU keeps its digits in the left tail: gelu(-6) = -6 * 9.8659e-10")
    void leftTailOfGelu() {
        assertEquals(-5.919526e-9, apply(new Gelu(), -6)[0], 1e-14);
    }

    @ParameterizedTest
    @DisplayName("every activation passes the gradient check in F64, at 13 points from -3.1 to 3 around the kinks and far out, in two axes")
    @ValueSource(strings = {"relu", "tanh", "sigmoid", "gelu", "gelu-tanh", "silu", "softplus", "leaky-relu", "elu", "hard-sigmoid", "hard-swish", "mish",
        "quick-gelu"})
    void gradients(String algorithm) {
        double[] points = {-40, -6, -3.1, -2.6, -2, -1.4, -0.9, -0.3, 0.2, 0.7, 1.3, 2.9, 3.2, 20};
        Variable x = Variable.parameter("x", Tensor.ofDoubles(Shape.of(2, 7), points));
        GradientCheck.DOUBLE.layer(algorithm, trial.assemblies(), needs -> new ActivationLayer(algorithm, needs), (layer, pass) -> layer.forward(x, pass), x)
                .requireGood();
    }

    @Test
    @DisplayName("without accumulating, backward overwrites whatever was there")
    void overwrites() {
        Tensor x = Trial.random("x", 13).value();
        Tensor y = Tensor.zeros(13);
        Tensor added = Tensor.zeros(13);
        Tensor overwritten = Tensor.zeros(13);
        java.util.Arrays.fill(overwritten.floats(), Float.NaN);
        for (Activation activation : ALL) {
            activation.forward(x, y);
            java.util.Arrays.fill(added.floats(), 0);
            activation.backward(x, y, x, added);
            activation.backward(x, y, x, overwritten, false);
            assertArrayEquals(added.floats(), overwritten.floats());
        }
    }

    @ParameterizedTest
    @DisplayName("backward adds to what is there, within the bounds of a view, for 0, 1 and 207 elements")
    @ValueSource(ints = {0, 1, 207})
    void addsWithinBounds(int size) {
        for (Activation activation : ALL) {
            Tensor whole = Tensor.zeros(size + 2);
            whole.set(7, 0);
            whole.set(7, size + 1);
            Tensor x = Tensor.zeros(size);
            Tensor ones = Tensor.zeros(size);
            Tensor gradient = whole.slice(0, 1, size + 1);
            for (int i = 0; i < size; i++) {
                x.set(1, i);
                ones.set(1, i);
                gradient.set(100, i);
            }
            Tensor y = Tensor.zeros(size);
            activation.forward(x, y);
            activation.backward(x, y, ones, gradient);
            for (int i = 0; i < size; i++) {
                assertEquals(gradient.get(0), gradient.get(i));
                assertEquals(100.75, gradient.get(i), 0.75);                        // every slope at 1 lies between 0.16 and 1.09
            }
            assertEquals(7, whole.get(0));
            assertEquals(7, whole.get(size + 1));
        }
    }

    @Test
    @DisplayName("tensors of two shapes are refused")
    void refusesShapes() {
        for (Activation activation : ALL) {
            assertThrows(ShapeException.class, () -> activation.forward(Tensor.zeros(3), Tensor.zeros(4)));
            assertThrows(ShapeException.class, () -> activation.backward(Tensor.zeros(3), Tensor.zeros(3), Tensor.zeros(4), Tensor.zeros(3)));
        }
    }

    @ParameterizedTest(name = "{1}")
    @DisplayName("agrees with the ONNX node tests within 2e-6")
    @CsvSource({"relu, relu", "tanh, tanh", "tanh, tanh_example", "sigmoid, sigmoid", "sigmoid, sigmoid_example", "gelu, gelu_default_1",
        "gelu, gelu_default_2", "gelu-tanh, gelu_tanh_1", "gelu-tanh, gelu_tanh_2", "silu, swish"})
    void onnx(String algorithm, String name) {
        OnnxCase given = OnnxCase.read(name);
        Tensor x = given.tensor("input.x");
        assertArrayEquals(given.tensor("output.y").floats(), apply(activation(algorithm), x.floats()), 2e-6f);
    }

    private static float[] apply(Activation activation, float... elements) {
        Tensor x = Tensor.of(Shape.of(elements.length), elements);
        Tensor y = Tensor.zeros(elements.length);
        activation.forward(x, y);
        return y.floats();
    }

    private static Activation activation(String algorithm) {
        return ALL.stream().filter(a -> a.getClass().getAnnotation(Provider.class).algorithm().equals(algorithm)).findFirst().orElseThrow();
    }
}
