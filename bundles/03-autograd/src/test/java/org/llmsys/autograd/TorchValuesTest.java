package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.BiFunction;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Values and gradients as PyTorch 2 has them, where the derivative is a matter of convention (ties, kinks, 0 to the power of 0) or shapes
 * differ. The constants were printed by PyTorch in double: {@code y = f(inputs)}, then
 * {@code torch.autograd.grad((y * torch.arange(1, y.numel() + 1).reshape(y.shape)).sum(), inputs)}.
 */
class TorchValuesTest {

    private final Trial trial = Workbench.trial();

    private final Variable column = given("a", Shape.of(3, 1), 1, 2, 3);
    private final Variable ties = given("c", Shape.of(1, 4), 1, 5, 2, 2);
    private final Variable peaks = given("m", Shape.of(2, 2, 3), 1, 4, 4, 2, -1, 4, 7, 7, 7, 0, 3, 3);

    @Test
    @DisplayName("erf, power -0.5, and abs at its kink")
    void functions() {
        compare((x, pass) -> Functions.erf(x[0], pass), new double[] {-0.9661051464753108, -0.5204998778130465, 0.27632639016823696, 0.9953222650189527},
                new double[][] {{0.11893028922362936, 1.7575651578708895, 3.180042388128343, 0.08266794141636821}}, given("x", Shape.of(4), -1.5, -0.5, 0.25, 2));
        compare((x, pass) -> Functions.power(x[0], -0.5, pass), new double[] {3.162277660168379, 1.414213562373095, 0.8944271909999159, 0.7071067811865475},
                new double[][] {{-15.811388300841895, -2.8284271247461903, -1.0733126291998991, -0.7071067811865476}}, given("p", Shape.of(4), 0.1, 0.5, 1.25, 2));
        compare((x, pass) -> Functions.abs(x[0], pass), new double[] {2, 0, 3}, new double[][] {{-1, 0, 3}}, given("z", Shape.of(3), -2, 0, 3));
    }

    @Test
    @DisplayName("divide and power of (3,1) and (1,4): gradients summed back over the repeated axes")
    void broadcasting() {
        Variable row = given("b", Shape.of(1, 4), 0.5, -2, 4, 1.5);
        compare((x, pass) -> Arithmetic.divide(x[0], x[1], pass),
                new double[] {2, -0.5, 0.25, 2 / 3.0, 4, -1, 0.5, 4 / 3.0, 6, -1.5, 0.75, 2},
                new double[][] {{4.416666666666666, 14.083333333333332, 23.75}, {-152, -11, -3.125, -24.88888888888889}}, column, row);
        compare((x, pass) -> Arithmetic.power(x[0], x[1], pass),
                new double[] {1, 1, 1, 1, 1.4142135623730951, 0.25, 16, 2.8284271247461903, 1.7320508075688772, 0.1111111111111111, 81, 5.196152422706632},
                new double[][] {{14.5, 241.23832970144352, 1221.0342500068523},
                    {22.026961433476963, 2.260401091582262, 1056.4960334259997, 84.18681316003368}}, column, row);
    }

    @Test
    @DisplayName("0 to the power of 0 and of 2, 2 to the power of 0: no slope but the last one's in the exponent")
    void powersOfZero() {
        compare((x, pass) -> Arithmetic.power(x[0], x[1], pass), new double[] {1, 0, 1}, new double[][] {{0, 0, 0}, {0, 0, 2.0794415416798357}},
                given("a", Shape.of(3), 0, 0, 2), given("b", Shape.of(3), 0, 2, 0));
    }

    @Test
    @DisplayName("maximum and minimum give each of two equals half; where gives all to one")
    void choices() {
        compare((x, pass) -> Choice.maximum(x[0], x[1], pass), new double[] {1, 5, 2, 2, 2, 5, 2, 2, 3, 5, 3, 3},
                new double[][] {{0.5, 12.5, 32}, {0.5, 18, 6.5, 8}}, column, ties);
        compare((x, pass) -> Choice.minimum(x[0], x[1], pass), new double[] {1, 1, 1, 1, 1, 2, 2, 2, 1, 3, 2, 2},
                new double[][] {{9.5, 13.5, 10}, {14.5, 0, 14.5, 16}}, column, ties);
        compare((x, pass) -> Choice.where(Tensor.ofInts(Shape.of(4), 1, 0, 0, 1), x[0], x[1], pass), new double[] {1, 5, 2, 1, 2, 5, 2, 2, 3, 5, 2, 3},
                new double[][] {{5, 13, 21}, {0, 18, 21, 0}}, column, ties);
    }

    @Test
    @DisplayName("max shares the gradient evenly among equals, as torch.amax does")
    void ties() {
        double third = 1 / 3.0;
        compare((x, pass) -> Reductions.max(x[0], pass, false, -1), new double[] {4, 4, 7, 3},
                new double[][] {{0, 0.5, 0.5, 0, 0, 2, 1, 1, 1, 0, 2, 2}}, peaks);
        compare((x, pass) -> Reductions.max(x[0], pass, false, 0, 2), new double[] {7, 4},
                new double[][] {{0, 0, 0, 0, 0, 2, third, third, third, 0, 0, 0}}, peaks);
        compare((x, pass) -> Reductions.max(x[0], pass, true), new double[] {7}, new double[][] {{0, 0, 0, 0, 0, 0, third, third, third, 0, 0, 0}}, peaks);
    }

    @Test
    @DisplayName("sum over two axes, mean over one")
    void sums() {
        compare((x, pass) -> Reductions.sum(x[0], pass, false, 0, 2), new double[] {30, 11}, new double[][] {{1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2}}, peaks);
        compare((x, pass) -> Reductions.mean(x[0], pass, true, 1), new double[] {1.5, 1.5, 4, 3.5, 5, 5},
                new double[][] {{0.5, 1, 1.5, 0.5, 1, 1.5, 2, 2.5, 3, 2, 2.5, 3}}, peaks);
    }

    @Test
    @DisplayName("rows picked three times get three shares; (2,1,1,2)·(3,2,1) broadcasts the batches")
    void gatherAndMatrixProduct() {
        compare((x, pass) -> Gather.along(x[0], pass, 0, Tensor.ofLongs(Shape.of(2, 2), 2, 0, 2, 2)), new double[] {5, 6, 1, 2, 5, 6, 5, 6},
                new double[][] {{3, 4, 0, 0, 13, 16}}, given("g", Shape.of(3, 2), 1, 2, 3, 4, 5, 6));
        trial.train(MatrixProduct::new, (product, pass) -> compare(pass, (x, p) -> product.forward(x[0], x[1], false, p), new double[] {0, 2, 3, 4, -3, 3.5},
                new double[][] {{14, 0.5, 32, 2}, {3, 10, 4.5, 11, 6, 12}},
                given("A", Shape.of(2, 1, 1, 2), 1, -2, 0.5, 3), given("B", Shape.of(3, 2, 1), 2, 1, 0, -1, 4, 0.5)));
    }

    private void compare(BiFunction<Variable[], Pass, Variable> f, double[] values, double[][] slopes, Variable... inputs) {
        trial.train(needs -> "", (none, pass) -> compare(pass, f, values, slopes, inputs));
    }

    /** The pass computes in F32, so that is how exact the numbers are. */
    private static void compare(Pass pass, BiFunction<Variable[], Pass, Variable> f, double[] values, double[][] slopes, Variable... inputs) {
        Variable y = f.apply(inputs, pass);
        assertClose(values, y.value());
        Variable weights = Variable.constant("1, 2, 3, ...", Tensor.zeros(DType.F64, y.shape()));
        for (int i = 0; i < values.length; i++) {
            weights.value().storage().setDouble(i, i + 1);
        }
        Variable weighted = Arithmetic.divide(y, Functions.power(weights, -1, pass.withoutGradients()), pass);
        Gradients gradients = pass.tape().backward(Reductions.sum(weighted, pass, false));
        for (int i = 0; i < inputs.length; i++) {
            assertClose(slopes[i], gradients.of(inputs[i]));
        }
    }

    private static void assertClose(double[] expected, Tensor found) {
        Elements elements = found.elements();
        assertEquals(expected.length, elements.size());
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], elements.get(i), 2e-6 * Math.max(1, Math.abs(expected[i])), "element " + i);
        }
    }

    private static Variable given(String name, Shape shape, double... elements) {
        return Variable.parameter(name, Tensor.ofDoubles(shape, elements).to(DType.F32));
    }
}
