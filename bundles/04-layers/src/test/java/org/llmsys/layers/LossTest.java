package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.internal.CrossEntropy;
import org.llmsys.layers.internal.MeanSquaredError;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class LossTest {

    private final Trial trial = Workbench.trial();
    private final Loss crossEntropy = new CrossEntropy();
    private final Loss meanSquaredError = new MeanSquaredError();

    @Test
    @DisplayName("logits log(1), log(2), log(5) are probabilities 1/8, 2/8, 5/8: the loss of class 1 is log(4), its gradient (1/8, -6/8, 5/8)")
    void crossEntropyByHand() {
        Tensor logits = Tensor.of(Shape.of(1, 3), 0, (float) Math.log(2), (float) Math.log(5));
        assertEquals(Math.log(4), crossEntropy.forward(logits, ids(1)), 1e-7);
        Tensor gradient = Tensor.zeros(1, 3);
        crossEntropy.backward(logits, ids(1), 1, gradient);
        assertArrayEquals(new float[] {0.125f, -0.75f, 0.625f}, gradient.floats(), 1e-7f);
    }

    @Test
    @DisplayName("equal logits over 207 classes: log(207), whatever the target")
    void guessingEvenly() {
        assertEquals(Math.log(207), crossEntropy.forward(Tensor.zeros(13, 207), ids(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 206)), 1e-12);
    }

    @Test
    @DisplayName("logits of ±3e38 neither overflow nor become NaN")
    void hugeLogits() {
        Tensor logits = Tensor.of(Shape.of(2, 2), 3e38f, -3e38f, 1000, 998);
        assertEquals(0, crossEntropy.forward(logits.slice(0, 0, 1), ids(0)));
        assertEquals(2 * (double) 3e38f, crossEntropy.forward(logits.slice(0, 0, 1), ids(1)));
        assertEquals(Math.log(1 + Math.exp(-2)), crossEntropy.forward(logits.slice(0, 1, 2), ids(0)), 1e-12);
        Tensor gradient = Tensor.zeros(2, 2);
        crossEntropy.backward(logits, ids(1, 1), 1, gradient);
        assertTrue(gradient.allFinite());
        assertArrayEquals(new float[] {0.5f, -0.5f}, gradient.slice(0, 0, 1).copy().floats());
    }

    @Test
    @DisplayName("rows with target -1 change neither the loss nor the gradient; without any row the loss is 0")
    void ignoredRows() {
        Tensor logits = Trial.random("logits", 3, 5).value();
        double alone = crossEntropy.forward(logits.slice(0, 1, 2), ids(4));
        assertEquals(alone, crossEntropy.forward(logits, ids(-1, 4, -1)));
        Tensor gradient = Tensor.zeros(3, 5);
        crossEntropy.backward(logits, ids(-1, 4, -1), 1, gradient);
        Tensor expected = Tensor.zeros(1, 5);
        crossEntropy.backward(logits.slice(0, 1, 2), ids(4), 1, expected);
        for (int v = 0; v < 5; v++) {
            assertEquals(0, gradient.get(0, v));
            assertEquals(expected.get(0, v), gradient.get(1, v));
            assertEquals(0, gradient.get(2, v));
        }
        assertEquals(0, crossEntropy.forward(logits, ids(-1, -1, -1)));
        assertEquals(0, crossEntropy.forward(Tensor.zeros(0, 5), ids()));
    }

    @Test
    @DisplayName("a target outside the classes is refused with row and range")
    void refusesTargets() {
        Problem p = assertThrows(Problem.class, () -> crossEntropy.forward(Tensor.zeros(2, 5), ids(0, 5)));
        assertEquals("target 5 in row 1 is no class", p.getMessage());
        assertThrows(Problem.class, () -> crossEntropy.forward(Tensor.zeros(2, 5), ids(-2, 0)));
        assertThrows(ShapeException.class, () -> crossEntropy.forward(Tensor.zeros(2, 5), ids(0)));
    }

    @Test
    @DisplayName("(1, 2) against (3, 5): ((1-3)² + (2-5)²) / 2 = 6.5, gradient (-2, -3)")
    void meanSquaredErrorByHand() {
        Tensor p = Tensor.of(Shape.of(1, 2), 1, 2);
        Tensor t = Tensor.of(Shape.of(1, 2), 3, 5);
        assertEquals(6.5, meanSquaredError.forward(p, t));
        Tensor gradient = Tensor.zeros(1, 2);
        meanSquaredError.backward(p, t, 1, gradient);
        assertArrayEquals(new float[] {-2, -3}, gradient.floats());
        assertEquals(0, meanSquaredError.forward(Tensor.zeros(0, 2), Tensor.zeros(0, 2)));
        assertThrows(ShapeException.class, () -> meanSquaredError.forward(p, Tensor.zeros(2, 1)));
    }

    @Test
    @DisplayName("both pass the gradient check, over leading axes too; backward adds, and multiplies by scale")
    void gradients() {
        Variable logits = Trial.random("logits", 2, 3, 13);
        Tensor targets = ids(0, 12, -1, 5, 5, 7).reshape(2, 3);
        trial.gradientCheck("cross-entropy", needs -> new LossLayer("cross-entropy", needs), (loss, pass) -> loss.forward(logits, targets, pass), logits);
        Tensor values = Trial.random("values", 2, 3, 13).value();
        trial.gradientCheck("mean-squared-error", needs -> new LossLayer("mean-squared-error", needs),
                (loss, pass) -> loss.forward(logits, values, pass), logits);
        Tensor gradient = Tensor.of(Shape.of(1, 2), 100, 100);
        crossEntropy.backward(Tensor.zeros(1, 2), ids(0), 4, gradient);
        assertArrayEquals(new float[] {98, 102}, gradient.floats());
    }

    @Test
    @DisplayName("the layer's loss is one double that is not rounded, and constants get no gradient")
    void lossLayer() {
        Variable logits = Variable.parameter("logits", Tensor.zeros(1, 3));
        trial.train(needs -> new LossLayer("cross-entropy", needs), (loss, pass) -> {
            Variable value = loss.forward(logits, ids(2), pass);
            assertEquals(Shape.of(1), value.shape());
            assertEquals(Math.log(3), value.value().getDouble(0));
            Gradients gradients = pass.tape().backward(value);
            assertArrayEquals(new float[] {1 / 3f, 1 / 3f, -2 / 3f}, gradients.of(logits).floats(), 1e-7f);
            assertNull(gradients.of(Variable.constant("other", logits.value())));
        });
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("cross-entropy agrees with the ONNX node tests within 1e-6; their classes stand on axis 1, ours on the last")
    @CsvSource({"sce_mean, ", "sce_mean_3d, ", "sce_mean_log_prob, ", "sce_mean_3d_log_prob, ", "sce_mean_no_weight_ii, 2", "sce_mean_no_weight_ii_3d, 2",
        "sce_mean_no_weight_ii_4d, 2", "sce_mean_no_weight_ii_log_prob, 2"})
    void onnxMean(String name, Integer ignored) {
        OnnxCase given = OnnxCase.read(name);
        assertEquals(given.tensor("output.z").get(0), crossEntropy.forward(classesLast(given.tensor("input.x")), targets(given, ignored)), 1e-6);
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("row by row and as a sum it agrees with ONNX too")
    @CsvSource({"sce_none, ", "sce_sum, ", "sce_none_log_prob, "})
    void onnxRows(String name) {
        OnnxCase given = OnnxCase.read(name);
        Tensor logits = classesLast(given.tensor("input.x"));
        Tensor targets = targets(given, null);
        Tensor expected = given.tensor("output.z");
        double sum = 0;
        for (int n = 0; n < logits.shape().extent(0); n++) {
            double row = crossEntropy.forward(logits.slice(0, n, n + 1), targets.slice(0, n, n + 1));
            sum += row;
            if (expected.size() > 1) {
                assertEquals(expected.get(n), row, 1e-6);
            }
        }
        assertEquals(expected.size() > 1 ? sum : expected.get(0), sum, 3e-6);
    }

    /** (N, V, d...) to (N*d, V). */
    private static Tensor classesLast(Tensor x) {
        Tensor t = x;
        for (int axis = 1; axis < x.shape().rank() - 1; axis++) {
            t = t.transpose(axis, axis + 1);
        }
        long classes = x.shape().extent(1);
        return t.contiguous().reshape(x.size() / classes, classes);
    }

    private static Tensor targets(OnnxCase given, Integer ignored) {
        Tensor y = given.tensor("input.y");
        Tensor targets = y.reshape(y.size());
        for (int n = 0; n < targets.size(); n++) {
            if (ignored != null && targets.getLong(n) == ignored) {
                targets.set(-1, n);
            }
        }
        return targets;
    }

    private static Tensor ids(int... ids) {
        Tensor targets = Tensor.zeros(DType.I32, Shape.of(ids.length));
        for (int n = 0; n < ids.length; n++) {
            targets.set(ids[n], n);
        }
        return targets;
    }
}
