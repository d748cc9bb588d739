package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.autograd.GradientCheck;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.layers.internal.LogSoftmax;
import org.llmsys.layers.internal.ProbabilitySoftmax;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class SoftmaxTest {

    private static final float NEVER = Float.NEGATIVE_INFINITY;

    private final Trial trial = Workbench.trial();
    private final Softmax softmax = new ProbabilitySoftmax();
    private final Softmax logSoftmax = new LogSoftmax();

    @Test
    @DisplayName("scores log 1, log 2, log 5 are probabilities 1/8, 2/8, 5/8, whatever is added to all of them")
    void byHand() {
        float[] expected = {0.125f, 0.25f, 0.625f};
        for (float shift : new float[] {0, 80, -500}) {
            Tensor x = Tensor.of(Shape.of(1, 3), shift, (float) (shift + Math.log(2)), (float) (shift + Math.log(5)));
            assertArrayEquals(expected, apply(softmax, x), 2e-5f);
            for (int v = 0; v < 3; v++) {
                assertEquals(Math.log(expected[v]), apply(logSoftmax, x)[v], 4e-5);
            }
        }
    }

    @Test
    @DisplayName("scores of ±3e38 do not overflow; minus infinity has probability 0; a row of nothing else has only zeros, and no slope")
    void ends() {
        Tensor x = Tensor.of(Shape.of(4, 2), 3e38f, -3e38f, 3e38f, 3e38f, 7, NEVER, NEVER, NEVER);
        assertArrayEquals(new float[] {1, 0, 0.5f, 0.5f, 1, 0, 0, 0}, apply(softmax, x));
        float[] logarithms = apply(logSoftmax, x);
        assertEquals(Math.log(0.5), logarithms[2], 1e-7);
        assertArrayEquals(new float[] {0, NEVER, NEVER, NEVER}, java.util.Arrays.copyOfRange(logarithms, 4, 8));
        for (Softmax each : new Softmax[] {softmax, logSoftmax}) {
            Tensor y = Tensor.of(x.shape(), apply(each, x));
            Tensor gradX = Tensor.zeros(4, 2);
            each.backward(y, Tensor.of(x.shape(), 1, 2, 3, 4, 5, 6, 7, 8), gradX);
            assertArrayEquals(new float[] {0, 0}, gradX.slice(0, 3, 4).copy().floats());
        }
        assertArrayEquals(new float[] {Float.NaN, Float.NaN}, apply(softmax, Tensor.of(Shape.of(1, 2), Float.NaN, 1)));
    }

    @Test
    @DisplayName("no rows, no columns and one column; x may be y; backward adds")
    void sizes() {
        for (Softmax each : new Softmax[] {softmax, logSoftmax}) {
            assertEquals(0, apply(each, Tensor.zeros(0, 3)).length);
            assertEquals(0, apply(each, Tensor.zeros(3, 0)).length);
            Tensor x = Trial.random("x", 3, 13).value();
            float[] expected = apply(each, x);
            each.forward(x, x);
            assertArrayEquals(expected, x.floats());
            Tensor gradX = Tensor.zeros(3, 13);
            Tensor gradY = Trial.random("g", 3, 13).value();
            each.backward(x, gradY, gradX);
            float[] once = gradX.copy().floats();
            each.backward(x, gradY, gradX);
            for (int i = 0; i < once.length; i++) {
                assertEquals(2 * once[i], gradX.floats()[i], 1e-6f);
            }
        }
        assertArrayEquals(new float[] {1, 1}, apply(softmax, Tensor.of(Shape.of(2, 1), 5, -5)));
    }

    @Test
    @DisplayName("both pass the gradient check in F64 along every axis of (2,3,4), of a long row, and of a view")
    void gradients() {
        Variable x = inDouble("x", 2, 3, 4);
        Variable row = inDouble("row", 207);
        for (String algorithm : new String[] {"softmax", "log-softmax"}) {
            for (int axis : new int[] {0, 1, -1}) {
                GradientCheck.DOUBLE.layer(algorithm + " along " + axis, trial.assemblies(), needs -> new SoftmaxLayer(algorithm, axis, needs),
                        (layer, pass) -> layer.forward(x, pass), x).requireGood();
            }
            GradientCheck.DOUBLE.layer(algorithm, trial.assemblies(), needs -> new SoftmaxLayer(algorithm, 0, needs),
                    (layer, pass) -> layer.forward(row, pass), row).requireGood();
            GradientCheck.DOUBLE.layer(algorithm + " of a view", trial.assemblies(), needs -> new SoftmaxLayer(algorithm, -1, needs),
                    (layer, pass) -> layer.forward(Views.transpose(x, pass, 0, 2), pass), x).requireGood();
        }
    }

    @Test
    @DisplayName("shapes that differ, scalars and axes that are not there are refused")
    void refusals() {
        assertThrows(ShapeException.class, () -> softmax.forward(Tensor.zeros(2, 3), Tensor.zeros(3, 2)));
        assertThrows(ShapeException.class, () -> logSoftmax.backward(Tensor.zeros(2), Tensor.zeros(2), Tensor.zeros(3)));
        assertThrows(ShapeException.class, () -> softmax.forward(Tensor.zeros(), Tensor.zeros()));
        trial.infer(needs -> new SoftmaxLayer("softmax", 2, needs), (layer, pass) ->
                assertThrows(ShapeException.class, () -> layer.forward(Variable.constant("x", Tensor.zeros(2, 3)), pass)));
    }

    @Test
    @DisplayName("agrees with the ONNX cases of Softmax and LogSoftmax")
    void onnx() {
        int cases = 0;
        for (Path file : OnnxCase.named("test_(log)?softmax_.*")) {
            OnnxCase given = OnnxCase.read(file);
            String algorithm = given.operator().equals("Softmax") ? "softmax" : "log-softmax";
            trial.infer(needs -> new SoftmaxLayer(algorithm, (int) given.attribute("axis", -1L), needs), (layer, pass) ->
                    OnnxCase.assertClose(given.output(0), layer.forward(Variable.constant("x", given.input(0)), pass).value(), file.toString()));
            cases++;
        }
        assertEquals(14, cases);
    }

    private static float[] apply(Softmax softmax, Tensor x) {
        Tensor y = Tensor.zeros(x.shape().extents());
        softmax.forward(x, y);
        return y.floats();
    }

    private static Variable inDouble(String name, long... extents) {
        return Variable.parameter(name, Trial.random(name, extents).value().to(DType.F64));
    }
}
