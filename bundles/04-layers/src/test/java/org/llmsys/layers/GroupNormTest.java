package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.autograd.GradientCheck;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

class GroupNormTest {

    private static final double TINY = 1e-12;

    private final Trial trial = Workbench.trial();

    @Test
    @DisplayName("channels (1,3), (10,30): two groups make -1, 1 of each, one group sees mean 11 and variance 131.5; gamma 2, 3 and beta 5, 7 follow")
    void byHand() {
        Variable x = Variable.constant("x", Tensor.of(Shape.of(1, 2, 2), 1, 3, 10, 30));
        NamedWeights weights = NamedWeights.of(Variable.parameter("gn.weight", Tensor.of(Shape.of(2), 2, 3)),
                Variable.parameter("gn.bias", Tensor.of(Shape.of(2), 5, 7)));
        trial.infer(needs -> new GroupNorm("gn", 2, 2, TINY, weights), (norm, pass) ->
                assertArrayEquals(new float[] {3, 7, 4, 10}, norm.forward(x, pass).value().floats(), 1e-5f));
        double r = 1 / Math.sqrt(131.5);
        trial.infer(needs -> new GroupNorm("gn", 1, 2, TINY, NamedWeights.of()), (norm, pass) ->
                assertArrayEquals(new float[] {(float) (-10 * r), (float) (-8 * r), (float) (-1 * r), (float) (19 * r)},
                        norm.forward(x, pass).value().floats(), 1e-5f));
    }

    @Test
    @DisplayName("one group is what layer norm makes of an example, whatever the others of the batch hold")
    void oneExampleAtATime() {
        Tensor x = Trial.random("x", 3, 4, 5).value();
        trial.infer(needs -> new GroupNorm("gn", 2, 4, 1e-5, NamedWeights.of()), (norm, pass) -> {
            Tensor all = norm.forward(Variable.constant("x", x), pass).value();
            Tensor alone = norm.forward(Variable.constant("x", x.slice(0, 1, 2)), pass).value();
            assertArrayEquals(alone.floats(), all.slice(0, 1, 2).copy().floats());
            assertEquals(0, norm.forward(Variable.constant("x", Tensor.zeros(0, 4, 5)), pass).value().size());
        });
    }

    @Test
    @DisplayName("passes the gradient check in F64 with 1, 2 and 4 groups over (3,4,5), over (2,4), with and without weights, and over a view")
    void gradients() {
        Variable gamma = inDouble("gn.weight", 4);
        Variable beta = inDouble("gn.bias", 4);
        Variable x = inDouble("x", 3, 4, 5);
        for (int groups : new int[] {1, 2, 4}) {
            GradientCheck.DOUBLE.layer("group norm", trial.assemblies(), needs -> new GroupNorm("gn", groups, 4, 1e-5, NamedWeights.of(gamma, beta)),
                    (norm, pass) -> norm.forward(x, pass), x, gamma, beta).requireGood();
        }
        Variable flat = inDouble("flat", 2, 4);
        GradientCheck.DOUBLE.layer("group norm of vectors", trial.assemblies(), needs -> new GroupNorm("gn", 2, 4, 1e-2, NamedWeights.of()),
                (norm, pass) -> norm.forward(flat, pass), flat).requireGood();
        GradientCheck.DOUBLE.layer("group norm of a view", trial.assemblies(), needs -> new GroupNorm("gn", 1, 5, 1e-5, NamedWeights.of()),
                (norm, pass) -> norm.forward(Views.transpose(x, pass, 1, 2), pass), x).requireGood();
    }

    @Test
    @DisplayName("another number of channels, and groups that do not divide it, are refused")
    void refusals() {
        trial.infer(needs -> new GroupNorm("gn", 2, 4, 1e-5, NamedWeights.of()), (norm, pass) ->
                assertThrows(ShapeException.class, () -> norm.forward(Variable.constant("x", Tensor.zeros(2, 3)), pass)));
        assertThrows(IllegalArgumentException.class, () -> new GroupNorm("gn", 3, 4, 1e-5, NamedWeights.of()));
        assertThrows(IllegalArgumentException.class, () -> new GroupNorm("gn", 2, 4, 0, NamedWeights.of()));
    }

    private static Variable inDouble(String name, long... extents) {
        return Variable.parameter(name, Trial.random(name, extents).value().to(DType.F64));
    }
}
