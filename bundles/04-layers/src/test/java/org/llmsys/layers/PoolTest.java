package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class PoolTest {

    private final Trial trial = Workbench.trial();

    @Test
    @DisplayName("(1 2 3; 4 5 6; 7 8 9) by 2x2: maxima 5 6 8 9, means 3 4 6 7")
    void byHand() {
        assertArrayEquals(new float[] {5, 6, 8, 9}, pooled(new MaxPool2d(Window.of(2, 2))));
        assertArrayEquals(new float[] {3, 4, 6, 7}, pooled(new AveragePool2d(Window.of(2, 2), false)));
    }

    @Test
    @DisplayName("2x2 in the corner of a padded picture sees one element: its mean counts 1, or 4 when padding counts; a window cut off at the end counts what is left")
    void paddingCounts() {
        Window corner = Window.of(2, 2).stride(3).padding(1);
        assertArrayEquals(new float[] {1, 3, 7, 9}, pooled(new AveragePool2d(corner, false)));
        assertArrayEquals(new float[] {0.25f, 0.75f, 1.75f, 2.25f}, pooled(new AveragePool2d(corner, true)));
        Window cutOff = Window.of(1, 2).stride(1, 2).roundingUp();
        assertArrayEquals(new float[] {1.5f, 3, 4.5f, 6, 7.5f, 9}, pooled(new AveragePool2d(cutOff, true)));
    }

    private float[] pooled(Layer pool) {
        Tensor[] y = new Tensor[1];
        trial.infer(needs -> pool, (layer, pass) -> y[0] =
                layer.forward(Variable.constant("x", Tensor.of(Shape.of(1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9)), pass).value().copy());
        return y[0].floats();
    }

    @Test
    @DisplayName("of equal elements the first gets the gradient, NaN wins over all, and a window in the padding gives negative infinity")
    void ties() {
        Variable x = Variable.parameter("x", Tensor.of(Shape.of(1, 1, 2, 4), 5, 5, 1, 2, 5, 5, Float.NaN, 3));
        trial.train(needs -> new MaxPool2d(Window.of(2, 2).stride(2)), (pool, pass) -> {
            Variable y = pool.forward(x, pass);
            assertArrayEquals(new float[] {5, Float.NaN}, y.value().floats());
            Gradients gradients = pass.tape().backward(pass.tape().record("sum", Tensor.zeros(1), (g, all) -> {
                all.into(y).set(1, 0, 0, 0, 0);
                all.into(y).set(2, 0, 0, 0, 1);
            }, y));
            assertArrayEquals(new float[] {1, 0, 0, 0, 0, 0, 2, 0}, gradients.of(x).floats());
        });
        Variable lost = Variable.parameter("x", Tensor.of(Shape.of(1, 1, 2), Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY));
        trial.train(needs -> new MaxPool2d(Window.row(2)), (pool, pass) -> {
            Variable y = pool.forward(lost, pass);
            Gradients gradients = pass.tape().backward(pass.tape().record("sum", Tensor.zeros(1), (g, all) -> all.into(y).set(1, 0, 0, 0), y));
            assertArrayEquals(new float[] {1, 0}, gradients.of(lost).floats());
        });
        Variable one = Variable.parameter("x", Tensor.of(Shape.of(1, 1, 1), -7));
        trial.train(needs -> new MaxPool2d(Window.row(1).padding(1)), (pool, pass) -> {
            Variable y = pool.forward(one, pass);
            assertArrayEquals(new float[] {Float.NEGATIVE_INFINITY, -7, Float.NEGATIVE_INFINITY}, y.value().floats());
        });
        trial.infer(needs -> new AveragePool2d(Window.row(1).padding(1), false), (pool, pass) ->
                assertArrayEquals(new float[] {0, -7, 0}, pool.forward(one, pass).value().floats()));
    }

    @Test
    @DisplayName("agree with PyTorch: 3x3, stride 2, padding 1, rounded up, padding counted")
    void torch() {
        Window window = Window.of(3, 3).stride(2).padding(1).roundingUp();
        Variable x = Sines.of("x", 0, 1, 1, 2, 6, 7);
        trial.train(needs -> new AveragePool2d(window, true), (pool, pass) -> {
            Variable y = pool.forward(x, pass);
            assertEquals(Shape.of(1, 2, 4, 4), y.shape());
            Sines.assertElement(0.27642398112778527, y.value(), 0, 0, 0, 0);
            Sines.assertElement(0.21359887392221175, y.value(), 0, 1, 3, 3);
            Tensor gradX = pass.tape().backward(Sines.loss(pass, y)).of(x);
            Sines.assertElement(-0.11108398221123883, gradX, 0, 0, 0, 0);
            Sines.assertElement(-0.12082799077549285, gradX, 0, 1, 5, 6);
        });
        trial.train(needs -> new MaxPool2d(window), (pool, pass) -> {
            Variable y = pool.forward(x, pass);
            Sines.assertElement(0.9893582466233818, y.value(), 0, 0, 0, 0);
            Sines.assertElement(0.9683644611001854, y.value(), 0, 1, 3, 3);
            Tensor gradX = pass.tape().backward(Sines.loss(pass, y)).of(x);
            Sines.assertElement(-1.8209238313519025, gradX, 0, 0, 1, 1);
            Sines.assertElement(-0.6346563428809018, gradX, 0, 1, 5, 6);
            Sines.assertElement(-0.7959929634063951, gradX, 0, 1, 5, 5);
        });
    }

    @ParameterizedTest(name = "{0} pictures of {1}x{2}x{3}, kernel {4}x{5}, stride {6}, padding {7}, dilation {8}, rounded up {9}")
    @DisplayName("pass the gradient check in F64 for awkward shapes")
    @CsvSource({"2, 3, 4, 5, 1, 1, 1, 0, 1, false", "1, 2, 3, 2, 5, 4, 1, 2, 1, false", "2, 2, 5, 7, 2, 2, 3, 0, 1, true", "1, 1, 5, 6, 3, 2, 2, 2, 2, true",
        "0, 2, 3, 3, 2, 2, 1, 0, 1, false", "1, 1, 1, 1, 1, 1, 1, 0, 1, false", "1, 2, 5, 4, 2, 3, 2, 1, 1, true"})
    void gradients(int n, int channels, int h, int w, int kh, int kw, int stride, int padding, int dilation, boolean ceil) {
        Window plain = Window.of(kh, kw).stride(stride, stride).padding(padding, padding, padding, padding).dilation(dilation);
        Window window = ceil ? plain.roundingUp() : plain;
        Variable x = Trial.random(DType.F64, "x", n, channels, h, w);
        for (Layer pool : List.of(new MaxPool2d(window), new AveragePool2d(window, false), new AveragePool2d(window, true))) {
            trial.gradientCheck(pool.getClass().getSimpleName(), needs -> pool, (layer, pass) -> layer.forward(x, pass), x);
        }
    }

    @Test
    @DisplayName("sequences, views and whole pictures: gradient checks in F64")
    void otherInputs() {
        Variable sequence = Trial.random(DType.F64, "sequence", 2, 3, 13);
        Variable volume = Trial.random(DType.F64, "volume", 2, 3, 2, 3, 4);
        Window row = Window.row(3).stride(2).padding(1);
        for (Layer pool : List.of(new MaxPool2d(row), new AveragePool2d(row, true))) {
            trial.gradientCheck("pool of sequences", needs -> pool, (layer, pass) -> {
                Variable y = layer.forward(sequence, pass);
                assertEquals(Shape.of(2, 3, 7), y.shape());
                return y;
            }, sequence);
            trial.gradientCheck("pool of a view", needs -> pool, (layer, pass) -> layer.forward(Views.transpose(sequence, pass, 1, 2), pass), sequence);
        }
        for (Layer pool : List.of(GlobalPool.max(), GlobalPool.average())) {
            trial.gradientCheck("global pool", needs -> pool, (layer, pass) -> {
                Variable y = layer.forward(volume, pass);
                assertEquals(Shape.of(2, 3, 1, 1, 1), y.shape());
                return y;
            }, volume);
        }
        assertArrayEquals(new float[] {9}, pooled(GlobalPool.max()));
        assertArrayEquals(new float[] {5}, pooled(GlobalPool.average()));
    }

    @Test
    @DisplayName("other ranks, windows larger than the picture and pictures without elements are refused")
    void refuses() {
        trial.infer(needs -> new MaxPool2d(Window.of(2, 2)), (pool, pass) -> {
            assertThrows(ShapeException.class, () -> pool.forward(Variable.constant("x", Tensor.zeros(2, 3)), pass));
            assertThrows(ShapeException.class, () -> pool.forward(Variable.constant("x", Tensor.zeros(1, 2, 3)), pass));
            Problem p = assertThrows(Problem.class, () -> pool.forward(Variable.constant("x", Tensor.zeros(1, 1, 1, 3)), pass));
            assertEquals("max-pool: rows 1 are too few for a window of 2", p.getMessage());
            assertThrows(ShapeException.class, () -> GlobalPool.average().forward(Variable.constant("x", Tensor.zeros(1, 2)), pass));
            assertThrows(ShapeException.class, () -> GlobalPool.max().forward(Variable.constant("x", Tensor.zeros(1, 2, 0, 3)), pass));
        });
    }
}
