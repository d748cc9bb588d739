package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.autograd.GradientCheck;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class BatchNormTest {

    private static final BatchNormOptions EXACT = BatchNormOptions.DEFAULT.withEps(1e-12);

    private final Trial trial = Workbench.trial();

    /** Channel 0 holds 1, 3: mean 2, variance 1 (unbiased 2); channel 1 holds 10, 30: mean 20, variance 100 (unbiased 200). */
    private final Variable x = Variable.parameter("x", Tensor.of(Shape.of(2, 2), 1, 10, 3, 30));

    @Test
    @DisplayName("channels 1, 3 and 10, 30 become -1, 1 each; gamma 2, 3 and beta 5, 7 make that 3, 7 and 4, 10")
    void byHand() {
        NamedWeights weights = NamedWeights.of(vector("bn.weight", 2, 3), vector("bn.bias", 5, 7));
        trial.train(needs -> new BatchNorm("bn", 2, EXACT, weights), (norm, pass) ->
                assertArrayEquals(new float[] {3, 4, 7, 10}, norm.forward(x, pass).value().floats(), 1e-5f));
        trial.train(needs -> new BatchNorm("bn", 2, EXACT, NamedWeights.of()), (norm, pass) ->
                assertArrayEquals(new float[] {-1, -1, 1, 1}, norm.forward(x, pass).value().floats(), 1e-5f));
    }

    @Test
    @DisplayName("from 0 and 1, momentum 0.1: running mean 0.2 and 2, variance 0.9 + 0.1 * (2 and 200); only when the pass completes, once")
    void runningNumbers() {
        FreshWeights weights = new FreshWeights(1);
        trial.train(needs -> new BatchNorm("bn", 2, weights), (norm, pass) -> norm.forward(x, pass));              // given up
        assertArrayEquals(new float[] {0, 0}, running(weights, "mean"));
        trial.train(needs -> new BatchNorm("bn", 2, weights), (norm, pass) -> {
            norm.forward(x, pass);
            assertArrayEquals(new float[] {0, 0}, running(weights, "mean"));
            pass.complete();
            pass.complete();
        });
        assertArrayEquals(new float[] {0.2f, 2}, running(weights, "mean"), 1e-6f);
        assertArrayEquals(new float[] {1.1f, 20.9f}, running(weights, "var"), 1e-5f);
    }

    @Test
    @DisplayName("when generating the running numbers serve and stay; they are named, saved with the weights, and get no gradient")
    void generating() {
        FreshWeights weights = new FreshWeights(1);
        weights.get("bn.running_mean", 2).value().set(1, 0);
        weights.get("bn.running_var", 2).value().set(4, 1);
        trial.infer(needs -> new BatchNorm("bn", 2, EXACT, weights), (norm, pass) -> {
            assertArrayEquals(new float[] {0, 5, 2, 15}, norm.forward(x, pass).value().floats(), 1e-5f);
            pass.complete();
        });
        assertArrayEquals(new float[] {1, 0}, running(weights, "mean"));
        trial.train(needs -> new BatchNorm("bn", 2, weights), (norm, pass) -> {
            Variable y = norm.forward(x, pass);
            Gradients gradients = pass.tape().backward(pass.tape().record("first", Tensor.zeros(1), (g, all) -> all.into(y).set(1, 0, 0), y));
            assertNull(gradients.of(weights.get("bn.running_mean", 2)));
        });
    }

    @Test
    @DisplayName("passes the gradient check in F64: (13,3), (2,3,5) and (2,3,2,2), learning and frozen, with and without scale and shift, over a view")
    void gradients() {
        for (long[] extents : new long[][] {{13, 3}, {2, 3, 5}, {2, 3, 2, 2}}) {
            Variable input = inDouble("x", extents);
            Variable gamma = inDouble("bn.weight", 3);
            Variable beta = inDouble("bn.bias", 3);
            NamedWeights weights = NamedWeights.of(gamma, beta);
            check("batch norm", BatchNormOptions.DEFAULT, weights, input, gamma, beta);
            check("batch norm without scale and shift", BatchNormOptions.DEFAULT, NamedWeights.of(), input);
            Tensor ones = Tensor.ofDoubles(Shape.of(3), 0.5, 1, 2);
            check("frozen batch norm", BatchNormOptions.DEFAULT.withFrozen(true), NamedWeights.of(gamma, beta,
                    Variable.constant("bn.running_mean", ones), Variable.constant("bn.running_var", ones)), input, gamma, beta);
        }
        Variable turned = inDouble("turned", 5, 4, 3);
        GradientCheck.DOUBLE.layer("batch norm of a view", trial.assemblies(), needs -> new BatchNorm("bn", 4, NamedWeights.of()),
                (norm, pass) -> norm.forward(org.llmsys.autograd.Views.transpose(turned, pass, 0, 2), pass), turned).requireGood();
    }

    private void check(String operation, BatchNormOptions options, Parameters weights, Variable... inputs) {
        GradientCheck.DOUBLE.layer(operation, trial.assemblies(), needs -> new BatchNorm("bn", 3, options, weights),
                (norm, pass) -> norm.forward(inputs[0], pass), inputs).requireGood();
    }

    @Test
    @DisplayName("agrees with the ONNX cases, those of training mode with their running numbers too")
    void onnx() {
        int cases = 0;
        for (Path file : OnnxCase.named("test_batchnorm_.*")) {
            OnnxCase given = OnnxCase.read(file);
            int channels = given.input(1).shape().intExtent(0);
            BatchNormOptions options = new BatchNormOptions(given.attribute("epsilon", 1e-5), 1 - given.attribute("momentum", 0.9), false, false);
            NamedWeights weights = NamedWeights.of(Variable.parameter("bn.weight", given.input(1)), Variable.parameter("bn.bias", given.input(2)),
                    Variable.constant("bn.running_mean", given.input(3)), Variable.constant("bn.running_var", given.input(4)));
            Variable input = Variable.constant("x", given.input(0));
            if (given.attribute("training_mode", 0L) == 1) {
                trial.train(needs -> new BatchNorm("bn", channels, options, weights), (norm, pass) -> {
                    OnnxCase.assertClose(given.output(0), norm.forward(input, pass).value(), file.toString());
                    pass.complete();
                });
                OnnxCase.assertClose(given.output(1), weights.all().get("bn.running_mean").value(), file + " mean");
                OnnxCase.assertClose(given.output(2), weights.all().get("bn.running_var").value(), file + " variance");
            } else {
                trial.infer(needs -> new BatchNorm("bn", channels, options, weights), (norm, pass) ->
                        OnnxCase.assertClose(given.output(0), norm.forward(input, pass).value(), file.toString()));
            }
            cases++;
        }
        assertEquals(4, cases);
    }

    @Test
    @DisplayName("a single number a channel, another number of channels, and numbers out of range are refused")
    void refusals() {
        trial.train(needs -> new BatchNorm("bn", 2, NamedWeights.of()), (norm, pass) -> {
            assertThrows(ShapeException.class, () -> norm.forward(Variable.constant("x", Tensor.zeros(1, 2)), pass));
            assertThrows(ShapeException.class, () -> norm.forward(Variable.constant("x", Tensor.zeros(2, 3)), pass));
            assertThrows(ShapeException.class, () -> norm.forward(Variable.constant("x", Tensor.zeros(2)), pass));
        });
        assertThrows(IllegalArgumentException.class, () -> BatchNormOptions.DEFAULT.withEps(0));
        assertThrows(IllegalArgumentException.class, () -> BatchNormOptions.DEFAULT.withMomentum(1.1));
    }

    private static float[] running(FreshWeights weights, String which) {
        return weights.get("bn.running_" + which, 2).value().floats().clone();
    }

    private static Variable vector(String name, float... elements) {
        return Variable.parameter(name, Tensor.of(Shape.of(elements.length), elements));
    }

    private static Variable inDouble(String name, long... extents) {
        return Variable.parameter(name, Trial.random(name, extents).value().to(DType.F64));
    }
}
