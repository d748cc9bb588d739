package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.GradientCheck;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/** Reductions, class weights, rows left out, classes on any axis. */
class LossLayerTest {

    private final Trial trial = Workbench.trial();

    /** Probabilities 1/8, 2/8, 5/8 and 1/2, 1/4, 1/4: losses of classes 1 and 0 are log 4 and log 2. */
    private final Tensor logits = Tensor.of(Shape.of(2, 3), 0, log(2), log(5), log(2), 0, 0);
    private final Tensor weights = Tensor.of(Shape.of(3), 3, 1, 5);

    @Test
    @DisplayName("the simple use: the mean as one F64; rows with -1 do not count; constants get no gradient")
    void simple() {
        Variable x = Variable.parameter("logits", logits);
        trial.train(needs -> new LossLayer("cross-entropy", needs), (loss, pass) -> {
            Variable value = loss.forward(x, ids(1, -1), pass);
            assertEquals(Shape.of(1), value.shape());
            assertEquals(DType.F64, value.value().dtype());
            assertEquals(Math.log(4), value.value().getDouble(0), 1e-7);
            Gradients gradients = pass.tape().backward(value);
            assertArrayEquals(new float[] {0.125f, -0.75f, 0.625f, 0, 0, 0}, gradients.of(x).floats(), 1e-7f);
            assertNull(gradients.of(Variable.constant("other", logits)));
        });
        assertEquals(Math.log(8) / 2, value(LossOptions.MEAN, logits, ids(1, 0)), 1e-7);
        assertEquals(0, value(LossOptions.MEAN, logits, ids(-1, -1)));
        assertEquals(0, value(LossOptions.MEAN, Tensor.zeros(0, 3), ids()));
    }

    @Test
    @DisplayName("class weights 3, 1, 5: the sum is log 4 + 3 log 2, the mean that over 4, and without reduction each row has its share")
    void reductions() {
        LossOptions weighted = LossOptions.MEAN.withClassWeights(weights);
        double sum = Math.log(4) + 3 * Math.log(2);
        assertEquals(sum / 4, value(weighted, logits, ids(1, 0)), 1e-7);
        assertEquals(sum, value(weighted.withReduction(LossReduction.SUM), logits, ids(1, 0)), 1e-6);
        trial.infer(needs -> new LossLayer("cross-entropy", weighted.withReduction(LossReduction.NONE), needs), (loss, pass) -> {
            Tensor each = loss.forward(Variable.constant("x", logits.reshape(2, 1, 3)), ids(1, 0).reshape(2, 1), pass).value();
            assertEquals(Shape.of(2, 1), each.shape());
            assertEquals(Math.log(4), each.get(0, 0), 1e-6);
            assertEquals(3 * Math.log(2), each.get(1, 0), 1e-6);
        });
    }

    @Test
    @DisplayName("any number may say that a row does not count, inside or outside the classes; then -1 is no class")
    void leftOut() {
        assertEquals(Math.log(2), value(LossOptions.MEAN.withLeftOut(1), logits, ids(1, 0)), 1e-7);
        assertEquals(Math.log(4), value(LossOptions.MEAN.withLeftOut(-100), logits, ids(1, -100)), 1e-7);
        assertEquals(Math.log(4), value(LossOptions.MEAN.withLeftOut(1L << 40), logits, Tensor.ofLongs(Shape.of(2), 1, 1L << 40)), 1e-7);
        assertEquals("target -1 in row 1 is no class", assertThrows(Problem.class, () -> value(LossOptions.MEAN.withLeftOut(7), logits, ids(1, -1))).getMessage());
        assertEquals("target 3 in row 0 is no class", assertThrows(Problem.class, () -> value(LossOptions.MEAN.withLeftOut(7), logits, ids(3, 7))).getMessage());
        assertThrows(Problem.class, () -> value(LossOptions.MEAN, logits, Tensor.ofLongs(Shape.of(2), 1, (1L << 40) + 1)));
    }

    @Test
    @DisplayName("classes on axis 1 of (N,V,d) are the same rows as on the last axis; targets may come flat")
    void classAxis() {
        Tensor x = Trial.random("x", 2, 4, 3).value();
        Tensor targets = ids(0, 3, 2, 1, -1, 2).reshape(2, 3);
        double expected = value(LossOptions.MEAN, x.transpose(1, 2).copy(), targets);
        assertEquals(expected, value(LossOptions.MEAN.withClassAxis(1), x, targets));
        assertEquals(expected, value(LossOptions.MEAN, x.transpose(1, 2), targets.reshape(6)));
    }

    @Test
    @DisplayName("what does not fit is refused with both shapes")
    void refusals() {
        assertThrows(ShapeException.class, () -> value(LossOptions.MEAN, logits, ids(0)));
        assertThrows(ShapeException.class, () -> value(LossOptions.MEAN.withClassAxis(0), logits, ids(0, 0)));
        assertThrows(ShapeException.class, () -> value(LossOptions.MEAN.withClassAxis(2), logits, ids(0, 0)));
        assertThrows(ShapeException.class, () -> value(LossOptions.MEAN.withClassWeights(Tensor.zeros(2)), logits, ids(0, 0)));
        assertThrows(ShapeException.class, () -> LossOptions.MEAN.withClassWeights(Tensor.zeros(2, 2)));
        ShapeException e = assertThrows(ShapeException.class, () -> trial.infer(needs -> new LossLayer("huber", needs),
                (loss, pass) -> loss.forward(Variable.constant("x", logits), Tensor.zeros(3, 2), pass)));
        assertTrue(e.getMessage().contains("(2, 3) and (3, 2)"), e.getMessage());
    }

    @ParameterizedTest
    @DisplayName("losses of classes pass the gradient check in F64 under every reduction, with weights, rows left out and classes in between")
    @EnumSource
    void gradientsOfClasses(LossReduction reduction) {
        Variable x = inDouble("x", 2, 5, 3);
        Tensor targets = ids(0, 4, 9, 2, 2, 1).reshape(2, 3);
        LossOptions options = LossOptions.MEAN.withReduction(reduction).withClassAxis(1).withLeftOut(9)
                .withClassWeights(Tensor.of(Shape.of(5), 0.5f, 2, 0, 1, 3));
        for (String algorithm : List.of("cross-entropy", "negative-log-likelihood")) {
            check(algorithm, options, x, targets);
            check(algorithm, LossOptions.MEAN.withReduction(reduction), inDouble("view", 1, 13), ids(12));
        }
    }

    @ParameterizedTest
    @DisplayName("losses of numbers pass the gradient check in F64 under every reduction")
    @ValueSource(strings = {"mean-squared-error", "mean-absolute-error", "huber", "binary-cross-entropy", "binary-cross-entropy-with-logits"})
    void gradientsOfNumbers(String algorithm) {
        Variable x = inDouble("x", 2, 3, 13);
        Tensor targets = Tensor.zeros(DType.F64, Shape.of(2, 3, 13));
        for (long i = 0; i < x.value().size(); i++) {
            x.value().storage().setDouble(i, algorithm.equals("binary-cross-entropy") ? 0.5 + 0.4 * x.value().storage().getDouble(i)
                    : 3 * x.value().storage().getDouble(i));
            targets.storage().setDouble(i, i % 4 / 3.0 + 1e-3);
        }
        for (LossReduction reduction : LossReduction.values()) {
            check(algorithm, LossOptions.MEAN.withReduction(reduction), x, targets);
        }
    }

    private void check(String algorithm, LossOptions options, Variable x, Tensor targets) {
        GradientCheck.DOUBLE.layer(algorithm, trial.assemblies(), needs -> new LossLayer(algorithm, options, needs),
                (loss, pass) -> loss.forward(x, targets, pass), x).requireGood();
    }

    @Test
    @DisplayName("every ONNX case of SoftmaxCrossEntropyLoss and NegativeLogLikelihoodLoss, and the log-probabilities beside them, within rtol 1e-3, atol 1e-7")
    void onnx() {
        int cases = 0;
        for (Path file : OnnxCase.named("test_(sce|nllloss)_.*")) {
            OnnxCase given = OnnxCase.read(file);
            boolean fused = given.operator().equals("SoftmaxCrossEntropyLoss");
            LossOptions options = new LossOptions(LossReduction.valueOf(given.attribute("reduction", "mean").toUpperCase(java.util.Locale.ROOT)), 1,
                    given.attribute("ignore_index", Long.MIN_VALUE), given.input(2));
            Tensor x = given.input(0);
            trial.infer(needs -> new LossLayer(fused ? "cross-entropy" : "negative-log-likelihood", options, needs), (loss, pass) ->
                    OnnxCase.assertClose(given.output(0), loss.forward(Variable.constant("x", x), given.input(1), pass).value(), file.toString()));
            if (given.outputs() > 1) {
                trial.infer(needs -> new SoftmaxLayer("log-softmax", 1, needs), (softmax, pass) ->
                        OnnxCase.assertClose(given.output(1), softmax.forward(Variable.constant("x", x), pass).value(), file.toString()));
            }
            cases++;
        }
        assertEquals(52, cases);
    }

    private double value(LossOptions options, Tensor x, Tensor targets) {
        double[] value = new double[1];
        trial.infer(needs -> new LossLayer("cross-entropy", options, needs), (loss, pass) ->
                value[0] = loss.forward(Variable.constant("x", x), targets, pass).value().getDouble(0));
        return value[0];
    }

    private static Variable inDouble(String name, long... extents) {
        return Variable.parameter(name, Trial.random(name, extents).value().to(DType.F64));
    }

    private static float log(double x) {
        return (float) Math.log(x);
    }

    private static Tensor ids(int... ids) {
        return Tensor.ofInts(Shape.of(ids.length), ids);
    }
}
