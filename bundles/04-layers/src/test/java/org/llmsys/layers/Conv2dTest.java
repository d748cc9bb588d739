package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class Conv2dTest {

    private final Trial trial = Workbench.trial();

    @Test
    @DisplayName("(1 2 3; 4 5 6; 7 8 9) under the kernel (1 0; 0 -1) with bias 10: each element less its lower right neighbour")
    void byHand() {
        NamedWeights weights = NamedWeights.of(Variable.parameter("c.weight", Tensor.of(Shape.of(1, 1, 2, 2), 1, 0, 0, -1)),
                Variable.parameter("c.bias", Tensor.of(Shape.of(1), 10)));
        Variable x = Variable.constant("x", Tensor.of(Shape.of(1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9));
        trial.infer(needs -> new Conv2d("c", 1, 1, Window.of(2, 2), weights, needs), (conv, pass) ->
                assertArrayEquals(new float[] {6, 6, 6, 6}, conv.forward(x, pass).value().floats()));
        trial.infer(needs -> new Conv2d("c", 1, 1, Window.of(2, 2).padding(1, 1, 0, 0), weights, needs), (conv, pass) ->
                assertArrayEquals(new float[] {9, 8, 7, 6, 6, 6, 3, 6, 6}, conv.forward(x, pass).value().floats()));
    }

    @Test
    @DisplayName("agrees with PyTorch: stride (2,1), padding 1, dilation (1,2), two groups; output and all gradients")
    void torch() {
        Variable x = Sines.of("x", 0, 1, 2, 4, 5, 6);
        Variable weight = Sines.of("c.weight", 100, 1, 6, 2, 3, 2);
        Variable bias = Sines.of("c.bias", 200, 1, 6);
        trial.train(needs -> new Conv2d("c", 4, 6, Window.of(3, 2).stride(2, 1).padding(1).dilation(1, 2), 2, NamedWeights.of(weight, bias), needs),
                (conv, pass) -> {
                    Variable y = conv.forward(x, pass);
                    assertEquals(Shape.of(2, 6, 3, 6), y.shape());
                    Sines.assertElement(-0.7603220490483444, y.value(), 0, 0, 0, 0);
                    Sines.assertElement(0.49499702444354443, y.value(), 0, 5, 2, 3);
                    Sines.assertElement(1.49723955525542, y.value(), 1, 2, 1, 5);
                    Gradients gradients = pass.tape().backward(Sines.loss(pass, y));
                    Sines.assertElement(-1.5822228380454728, gradients.of(x), 0, 0, 0, 0);
                    Sines.assertElement(0.8096022103308205, gradients.of(x), 1, 3, 4, 5);
                    Sines.assertElement(8.105201692420277, gradients.of(weight), 0, 0, 0, 0);
                    Sines.assertElement(-2.7051298485479434, gradients.of(weight), 5, 1, 2, 1);
                    Sines.assertElement(1.337381790896381, gradients.of(bias), 0);
                    Sines.assertElement(-0.15745026696954084, gradients.of(bias), 5);
                });
    }

    @ParameterizedTest(name = "{0} images of {1}x{2}x{3} to {4} channels, kernel {5}x{6}, stride {7}, padding {8}, dilation {9}, {10} groups")
    @DisplayName("passes the gradient check in F64 for awkward shapes")
    @CsvSource({"2, 3, 4, 5, 2, 1, 1, 1, 0, 1, 1", "1, 2, 3, 2, 3, 5, 4, 1, 2, 1, 1", "2, 2, 5, 7, 2, 2, 2, 3, 0, 1, 1", "1, 4, 5, 5, 4, 3, 2, 2, 2, 2, 2",
        "2, 3, 3, 3, 3, 2, 2, 1, 1, 1, 3", "0, 2, 3, 3, 2, 2, 2, 1, 0, 1, 1", "1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1", "1, 1, 1, 13, 2, 1, 3, 2, 1, 1, 1"})
    void gradients(int n, int in, int h, int w, int out, int kh, int kw, int stride, int padding, int dilation, int groups) {
        Variable x = Trial.random(DType.F64, "x", n, in, h, w);
        Variable weight = Trial.random(DType.F64, "c.weight", out, in / groups, kh, kw);
        Variable bias = Trial.random(DType.F64, "c.bias", out);
        Window window = Window.of(kh, kw).stride(stride, stride).padding(padding).dilation(dilation);
        trial.gradientCheck("conv2d", needs -> new Conv2d("c", in, out, window, groups, NamedWeights.of(weight, bias), needs),
                (conv, pass) -> conv.forward(x, pass), x, weight, bias);
        trial.gradientCheck("conv2d without bias", needs -> new Conv2d("c", in, out, window, groups, NamedWeights.of(weight), needs),
                (conv, pass) -> conv.forward(x, pass), x, weight);
    }

    @ParameterizedTest
    @DisplayName("padding by rule: gradient check in F64, and the output is ceil(5 / 2) by ceil(4 / 2)")
    @ValueSource(strings = {"SAME_UPPER", "SAME_LOWER"})
    void same(String rule) {
        Variable x = Trial.random(DType.F64, "x", 1, 1, 5, 4);
        Variable weight = Trial.random(DType.F64, "c.weight", 1, 1, 3, 3);
        trial.gradientCheck("conv2d", needs -> new Conv2d("c", 1, 1, Window.of(3, 3).stride(2).padding(Padding.named(rule)), NamedWeights.of(weight), needs),
                (conv, pass) -> {
                    Variable y = conv.forward(x, pass);
                    assertEquals(Shape.of(1, 1, 3, 2), y.shape());
                    return y;
                }, x, weight);
    }

    @Test
    @DisplayName("more images than fit into one lot of patches: the same output, image by image, and gradients that add up")
    void manyLots() {
        Variable x = Trial.random("x", 7, 8, 48, 48);                                  // 7 times 72 * 2304 patches
        Variable weight = Trial.random("c.weight", 3, 8, 3, 3);
        trial.train(needs -> new Conv2d("c", 8, 3, Window.of(3, 3).padding(1), NamedWeights.of(weight), needs), (conv, pass) -> {
            Tensor y = conv.forward(x, pass).value();
            Tensor last = conv.forward(Variable.constant("last", x.value().slice(0, 6, 7)), pass).value();
            assertArrayEquals(last.floats(), y.slice(0, 6, 7).copy().floats());
            Variable all = conv.forward(x, pass);
            Gradients gradients = pass.tape().backward(Sines.loss(pass, all));
            double sum = 0;
            for (int i = 0; i < y.size(); i++) {
                int place = i % 2304;
                boolean seen = place / 48 > 0 && place % 48 > 0 && i / 2304 % 3 == 0;          // tap (0,0) of output channel 0 sees (p-1,q-1)
                sum += seen ? Math.sin(300 + i) * x.value().elements().get(i / 6912 * 8 * 2304 + place - 49) : 0;
            }
            assertEquals(sum, gradients.of(weight).get(0, 0, 0, 0), 1e-3);
        });
        trial.train(needs -> new Conv2d("c", 8, 3, Window.of(3, 3).padding(1), NamedWeights.of(weight), needs), (conv, pass) -> {
            Variable y = conv.forward(x, pass);
            Variable sum = pass.tape().record("sum", Tensor.zeros(1), (g, all) -> Arrays.fill(all.into(y).floats(), 1), y);
            Tensor gradX = pass.tape().backward(sum).of(x);                            // of weights alone: the same for every image
            assertArrayEquals(gradX.slice(0, 0, 1).copy().floats(), gradX.slice(0, 6, 7).copy().floats());
            assertTrue(gradX.get(6, 0, 0, 0) != 0);
        });
    }

    @Test
    @DisplayName("an input with its axes exchanged is read as it is: gradient check in F64 through the view")
    void views() {
        Variable x = Trial.random(DType.F64, "x", 4, 3, 2, 1);
        Variable weight = Trial.random(DType.F64, "c.weight", 2, 2, 2, 2);
        trial.gradientCheck("conv2d of a view", needs -> new Conv2d("c", 2, 2, Window.of(2, 2), NamedWeights.of(weight), needs),
                (conv, pass) -> conv.forward(Views.transpose(Views.transpose(x, pass, 0, 3), pass, 1, 2), pass), x, weight);
    }

    @Test
    @DisplayName("one axis: (1 2 3 4) under (1 -1), two apart, padded on the left as a causal convolution; gradient check in F64")
    void oneAxis() {
        NamedWeights weights = NamedWeights.of(Variable.parameter("c.weight", Tensor.of(Shape.of(1, 1, 2), -1, 1)));
        Window causal = Window.row(2).dilation(2).padding(0, 2, 0, 0);
        trial.infer(needs -> new Conv1d("c", 1, 1, causal, 1, weights, needs), (conv, pass) -> {
            Variable y = conv.forward(Variable.constant("x", Tensor.of(Shape.of(1, 1, 4), 1, 2, 3, 4)), pass);
            assertEquals(Shape.of(1, 1, 4), y.shape());
            assertArrayEquals(new float[] {1, 2, 2, 2}, y.value().floats());
        });
        Variable x = Trial.random(DType.F64, "x", 2, 4, 13);
        Variable weight = Trial.random(DType.F64, "c.weight", 6, 2, 3);
        Variable bias = Trial.random(DType.F64, "c.bias", 6);
        trial.gradientCheck("conv1d", needs -> new Conv1d("c", 4, 6, Window.row(3).stride(2).padding(1), 2, NamedWeights.of(weight, bias), needs),
                (conv, pass) -> conv.forward(x, pass), x, weight, bias);
    }

    @Test
    @DisplayName("wrong channels, ranks, groups, weights and windows are refused, each with one error")
    void refuses() {
        NamedWeights weights = NamedWeights.of(Trial.random("c.weight", 4, 2, 3, 3), Trial.random("s.weight", 4, 2, 3));
        trial.infer(needs -> new Conv2d("c", 4, 4, Window.of(3, 3), 2, weights, needs), (conv, pass) -> {
            ShapeException channels = assertThrows(ShapeException.class, () -> conv.forward(Variable.constant("x", Tensor.zeros(1, 3, 5, 5)), pass));
            assertEquals("conv2d c: (1, 3, 5, 5) and (4, 2, 3, 3) do not fit", channels.getMessage());
            assertTrue(channels.why().contains("4 channels"), channels.why());
            assertThrows(ShapeException.class, () -> conv.forward(Variable.constant("x", Tensor.zeros(4, 5, 5)), pass));
            assertThrows(Problem.class, () -> conv.forward(Variable.constant("x", Tensor.zeros(1, 4, 2, 5)), pass));
            assertThrows(Problem.class, () -> new Conv2d("c", 4, 4, Window.of(3, 3), 3, weights, null));
            assertThrows(Problem.class, () -> new Conv2d("c", 4, 4, Window.of(3, 2), 2, weights, null));
            assertThrows(Problem.class, () -> new Conv1d("s", 4, 4, Window.of(3, 3), 2, weights, null));
        });
    }
}
