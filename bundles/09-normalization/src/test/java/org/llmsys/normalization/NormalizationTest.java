package org.llmsys.normalization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Hooks;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.normalization.internal.LayerNorm;
import org.llmsys.normalization.internal.RmsNorm;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

class NormalizationTest {

    private static final float EPS = 1e-5f;

    private final Trial trial = Workbench.trial();

    @Test
    @DisplayName("layernorm of (1, 3): mean 2, deviation 1, so (-1, 1); then gamma (2, 3) and beta (10, 20) make (8, 23)")
    void layerNormByHand() {
        Tensor y = Tensor.zeros(1, 2);
        Tensor saved = Tensor.zeros(1, 2);
        new LayerNorm().forward(row(1, 3), vector(2, 3), vector(10, 20), 1e-12f, y, saved);
        assertArrayEquals(new float[] {8, 23}, y.floats());
        assertArrayEquals(new float[] {2, 1}, saved.floats());
    }

    @Test
    @DisplayName("rmsnorm of (1, 7): mean square 25, so (0.2, 1.4); then gamma (10, 10) makes (2, 14)")
    void rmsNormByHand() {
        Tensor y = Tensor.zeros(1, 2);
        Tensor saved = Tensor.zeros(1, 2);
        new RmsNorm().forward(row(1, 7), vector(10, 10), null, 1e-12f, y, saved);
        assertArrayEquals(new float[] {2, 14}, y.floats(), 1e-6f);
        assertArrayEquals(new float[] {0, 0.2f}, saved.floats());
    }

    @ParameterizedTest
    @DisplayName("a row of 207 numbers around 10,000 has mean 0 and deviation 1 afterwards: nothing is lost to the large mean")
    @ValueSource(ints = {13, 207})
    void largeMean(int width) {
        Tensor x = Trial.random("x", 1, width).value();
        float[] elements = x.floats();
        for (int c = 0; c < width; c++) {
            elements[c] = 10_000 + elements[c];
        }
        Tensor y = Tensor.zeros(1, width);
        new LayerNorm().forward(x, ones(width), null, 1e-12f, y, null);
        double sum = 0;
        double squares = 0;
        for (float element : y.floats()) {
            sum += element;
            squares += (double) element * element;
        }
        assertEquals(0, sum / width, 1e-6);
        assertEquals(1, squares / width, 1e-5);
    }

    @ParameterizedTest
    @DisplayName("constant rows and zeros become beta, not NaN; so does a single feature in layernorm")
    @ValueSource(strings = {"layernorm", "rmsnorm"})
    void constantRows(String algorithm) {
        Tensor y = Tensor.zeros(1, 3);
        kernel(algorithm).forward(row(0, 0, 0), ones(3), vector(1, 2, 3), EPS, y, Tensor.zeros(1, 2));
        assertArrayEquals(new float[] {1, 2, 3}, y.floats());
        new LayerNorm().forward(row(7, 7, 7), ones(3), vector(1, 2, 3), EPS, y, null);
        assertArrayEquals(new float[] {1, 2, 3}, y.floats());
        Tensor one = Tensor.zeros(1, 1);
        new LayerNorm().forward(row(7), ones(1), vector(5), EPS, one, null);
        assertEquals(5, one.get(0, 0));
    }

    @ParameterizedTest
    @DisplayName("passes the gradient check in F64 with and without beta, over leading axes and 13 features, one feature, no rows; and in F32")
    @ValueSource(strings = {"layernorm", "rmsnorm"})
    void gradients(String algorithm) {
        for (long[] extents : new long[][] {{2, 3, 13}, {4, 1}, {0, 3}, {5}}) {
            Variable x = Trial.random(DType.F64, "x", extents);
            Variable gamma = Trial.random(DType.F64, "ln.weight", extents[extents.length - 1]);
            Variable beta = Trial.random(DType.F64, "ln.bias", extents[extents.length - 1]);
            check(algorithm, x, NamedWeights.of(gamma, beta), x, gamma, beta);
            check(algorithm + " without beta", x, NamedWeights.of(gamma), x, gamma);
            check(algorithm + " of a constant", x.detach(), NamedWeights.of(gamma, beta), gamma, beta);
        }
        Variable x = Trial.random("x", 2, 3, 13);
        Variable gamma = Trial.random("ln.weight", 13);
        trial.gradientCheck(algorithm, needs -> new NormalizationLayer(algorithm, "ln", 13, EPS, NamedWeights.of(gamma), needs),
                (norm, pass) -> norm.forward(x, pass), x, gamma);
    }

    private void check(String what, Variable x, NamedWeights weights, Variable... inputs) {
        trial.gradientCheck(what + x.shape(),
                needs -> new NormalizationLayer(what.split(" ")[0], "ln", x.shape().intExtent(-1), EPS, weights, needs),
                (norm, pass) -> norm.forward(x, pass), inputs);
    }

    @ParameterizedTest
    @DisplayName("backward adds to what is there and leaves out what is not wanted")
    @ValueSource(strings = {"layernorm", "rmsnorm"})
    void backwardAdds(String algorithm) {
        Normalization kernel = kernel(algorithm);
        Tensor x = Trial.random("x", 2, 3).value();
        Tensor saved = Tensor.zeros(2, 2);
        kernel.forward(x, ones(3), null, EPS, Tensor.zeros(2, 3), saved);
        Tensor gradY = Trial.random("gradY", 2, 3).value();
        Tensor gradX = Tensor.zeros(2, 3);
        Tensor gradGamma = Tensor.zeros(3);
        Tensor gradBeta = Tensor.zeros(3);
        kernel.backward(x, ones(3), saved, gradY, gradX, gradGamma, gradBeta);
        float[] once = gradX.copy().floats();
        kernel.backward(x, ones(3), saved, gradY, gradX, null, null);
        for (int i = 0; i < once.length; i++) {
            assertEquals(2 * once[i], gradX.floats()[i], 1e-6);
        }
        Tensor alone = Tensor.zeros(3);
        kernel.backward(x, ones(3), saved, gradY, null, alone, null);
        assertArrayEquals(gradGamma.floats(), alone.floats());
        assertEquals(gradY.get(0, 1) + gradY.get(1, 1), gradBeta.get(1), 1e-6);
    }

    @ParameterizedTest
    @DisplayName("a hook sees what each row was divided by, sqrt(50/3 + eps) and sqrt(2/3 + eps) for (3, 4, 5), and cannot replace it")
    @CsvSource({"rmsnorm, 16.6666667", "layernorm, 0.6666667"})
    void scaleInTraces(String algorithm, double squares) {
        Variable x = Variable.constant("x", Tensor.of(Shape.of(1, 2, 3), 3, 4, 5, 30, 40, 50));
        NamedWeights weights = NamedWeights.of(Trial.random("ln.weight", 3));
        Map<String, Tensor> seen = new LinkedHashMap<>();
        Hooks look = (place, value, within) -> {
            seen.put(place, value.value().copy());
            return value;
        };
        Hooks replace = (place, value, within) -> Variable.constant("other", value.value().copy());
        trial.infer(needs -> new NormalizationLayer(algorithm, "ln", 3, EPS, "blocks.0.ln1", weights, needs), (norm, pass) -> {
            try (Pass looking = Pass.inference(look.on(pass.step()), TensorAllocator.heap(), "test");
                    Pass replacing = Pass.inference(replace.on(pass.step()), TensorAllocator.heap(), "test")) {
                assertArrayEquals(norm.forward(x, pass).value().floats(), norm.forward(x, looking).value().floats());
                assertThrows(Problem.class, () -> norm.forward(x, replacing));
            }
        });
        assertEquals(List.of("blocks.0.ln1.hook_scale", "blocks.0.ln1.hook_normalized"), List.copyOf(seen.keySet()));
        Tensor scale = seen.get("blocks.0.ln1.hook_scale");
        assertEquals(Shape.of(1, 2, 1), scale.shape());
        assertEquals(Math.sqrt(squares + EPS), scale.get(0, 0, 0), 1e-5);
        assertEquals(Math.sqrt(100 * squares + EPS), scale.get(0, 1, 0), 1e-4);
    }

    @Test
    @DisplayName("no rows give no rows")
    void noRows() {
        trial.infer(needs -> new NormalizationLayer("layernorm", "ln", 3, EPS, NamedWeights.of(Trial.random("ln.weight", 3)), needs),
                (norm, pass) -> assertEquals(Shape.of(2, 0, 3), norm.forward(Variable.constant("x", Tensor.zeros(2, 0, 3)), pass).shape()));
    }

    @Test
    @DisplayName("shapes that do not fit are refused, and an epsilon of zero")
    void refusesShapes() {
        trial.infer(needs -> new NormalizationLayer("rmsnorm", "ln", 3, EPS, NamedWeights.of(Trial.random("ln.weight", 3)), needs),
                (norm, pass) -> {
                    ShapeException e = assertThrows(ShapeException.class, () -> norm.forward(Trial.random("x", 2, 4), pass));
                    assertTrue(e.getMessage().contains("rmsnorm ln.weight") && e.getMessage().contains("(2, 4)"), e.getMessage());
                    assertThrows(IllegalArgumentException.class, () -> new NormalizationLayer("rmsnorm", "ln", 3, 0, NamedWeights.of(), null));
                });
        for (String algorithm : new String[] {"layernorm", "rmsnorm"}) {
            assertThrows(ShapeException.class, () -> kernel(algorithm).forward(row(1, 2), ones(3), null, EPS, row(1, 2), null));
            assertThrows(ShapeException.class, () -> kernel(algorithm).forward(row(1, 2), ones(2), ones(3), EPS, row(1, 2), null));
            assertThrows(ShapeException.class, () -> kernel(algorithm).forward(row(1, 2), ones(2), null, EPS, row(1, 2), Tensor.zeros(2, 2)));
            assertThrows(ShapeException.class, () -> kernel(algorithm).backward(row(1, 2), ones(2), row(1, 2), row(1), null, null, null));
        }
    }

    @Test
    @DisplayName("two rows of three, with gamma and beta: output and all gradients as torch 2 gives them in float64")
    void asTorch() {
        asTorch("layernorm", new double[] {-1.493698, -1.639356, 2.767507, 2.087104, -1, 0.550529},
                new double[] {0.358162, 0.268626, -0.626789, -0.076543, 0.153092, -0.076549}, new double[] {0.596800, 0.639356, 0.058123});
        asTorch("rmsnorm", new double[] {-2.011319, -1.301509, 1.793963, 2.445760, -1.146384, 1.243392},
                new double[] {0.164451, -0.548195, -0.959351, 0.062741, 0.363870, 0.225847}, new double[] {0.742846, 0.081933, 0.301509});
    }

    private static void asTorch(String algorithm, double[] y, double[] gradX, double[] gradGamma) {
        Shape two = Shape.of(2, 3);
        Tensor x = Tensor.of(two, -1.25f, 0.5f, -0.5f, 1.25f, 0.25f, -0.75f);
        Tensor gradY = Tensor.of(two, -0.25f, 0.5f, -0.5f, 0.25f, -0.75f, 0);
        Tensor[] found = {Tensor.zeros(2, 3), Tensor.zeros(2, 3), Tensor.zeros(3), Tensor.zeros(3)};
        Tensor saved = Tensor.zeros(2, 2);
        kernel(algorithm).forward(x, vector(1.5f, -0.5f, 2), vector(0.25f, -1, 3), EPS, found[0], saved);
        kernel(algorithm).backward(x, vector(1.5f, -0.5f, 2), saved, gradY, found[1], found[2], found[3]);
        double[][] expected = {y, gradX, gradGamma, {0, -0.25, -0.5}};
        for (int i = 0; i < expected.length; i++) {
            for (int c = 0; c < expected[i].length; c++) {
                assertEquals(expected[i][c], found[i].floats()[c], 2e-6, algorithm + ": tensor " + i + ", element " + c);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("layernorm agrees with every ONNX node test within 2e-6, mean and 1/deviation too; normalized axes are taken as one")
    @CsvSource({"2d_axis0, 1e-5", "2d_axis1, 1e-5", "2d_axis_negative_1, 1e-5", "2d_axis_negative_2, 1e-5", "3d_axis0_epsilon, 0.1",
        "3d_axis1_epsilon, 0.1", "3d_axis2_epsilon, 0.1", "3d_axis_negative_1_epsilon, 0.1", "3d_axis_negative_2_epsilon, 0.1",
        "3d_axis_negative_3_epsilon, 0.1", "4d_axis0, 1e-5", "4d_axis1, 1e-5", "4d_axis2, 1e-5", "4d_axis3, 1e-5", "4d_axis_negative_1, 1e-5",
        "4d_axis_negative_2, 1e-5", "4d_axis_negative_3, 1e-5", "4d_axis_negative_4, 1e-5", "default_axis, 1e-5"})
    void onnx(String name, float eps) {
        Map<String, Tensor> given = onnxCase("layer_normalization_" + name);
        Tensor gamma = given.get("input.W");
        long width = gamma.size();
        Tensor x = given.get("input.X");
        long rows = x.size() / width;
        Tensor y = Tensor.zeros(rows, width);
        Tensor saved = Tensor.zeros(rows, 2);
        new LayerNorm().forward(x.reshape(rows, width), gamma.reshape(width), given.get("input.B").reshape(width), eps, y, saved);
        assertArrayEquals(given.get("output.Y").floats(), y.floats(), 2e-6f);
        assertArrayEquals(given.get("output.Mean").floats(), saved.slice(1, 0, 1).copy().floats(), 1e-6f);
        assertArrayEquals(given.get("output.InvStdDev").floats(), saved.slice(1, 1, 2).copy().floats(), 2e-6f);
    }

    /** The inputs and outputs of a node test, in the folder that LLMSYS_SHARED names. */
    private static Map<String, Tensor> onnxCase(String name) {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED does not name the folder with the ONNX cases");
        Path file = Path.of(shared, "oracles/onnx/test_" + name + ".safetensors");
        Assumptions.assumeTrue(Files.exists(file), "there is no " + file);
        return SafetensorsReader.read(file, NumberCheck.ANY).tensors();
    }

    private static Normalization kernel(String algorithm) {
        return algorithm.equals("layernorm") ? new LayerNorm() : new RmsNorm();
    }

    private static Tensor row(float... elements) {
        return Tensor.of(Shape.of(1, elements.length), elements);
    }

    private static Tensor vector(float... elements) {
        return Tensor.of(Shape.of(elements.length), elements);
    }

    private static Tensor ones(int width) {
        Tensor ones = Tensor.zeros(width);
        Arrays.fill(ones.floats(), 1);
        return ones;
    }
}
