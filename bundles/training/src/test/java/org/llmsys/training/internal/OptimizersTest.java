package org.llmsys.training.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.files.SafetensorsReader.NumberCheck;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.Optimizer;
import org.llmsys.training.Optimizer.Rule;

class OptimizersTest {

    @Test
    @DisplayName("adamw by hand: the first step is the learning rate long whatever the gradient's size, after 10 % decay")
    void adamwByHand() {
        Tensor w = Tensor.of(Shape.of(3), 1, 1, -2);
        Tensor g = Tensor.of(Shape.of(3), 0.5f, -300, 0);
        List<Tensor> memory = List.of(Tensor.zeros(3), Tensor.zeros(3));
        new AdamW().update(w, g, memory, new Rule(1, 0.1, 0.9, 0.99, 1e-8, 1.0));
        assertArrayEquals(new float[] {0.9f - 0.1f, 0.9f + 0.1f, -1.8f}, w.floats(), 1e-6f);
        assertArrayEquals(new float[] {0.05f, -30, 0}, memory.get(0).floats(), 1e-6f);
        assertArrayEquals(new float[] {0.0025f, 900, 0}, memory.get(1).floats(), 1e-4f);
    }

    @Test
    @DisplayName("adamw over 50 steps and 207 weights stays within 2e-6 of the same in double")
    void adamwAgainstDouble() {
        int n = 207;
        double[] w = new double[n];
        double[] m = new double[n];
        double[] v = new double[n];
        Tensor weight = Tensor.zeros(n);
        List<Tensor> memory = List.of(Tensor.zeros(n), Tensor.zeros(n));
        for (int t = 1; t <= 50; t++) {
            Tensor gradient = Tensor.zeros(n);
            for (int i = 0; i < n; i++) {
                float g = (float) RandomStream.at(3, t, i).nextGaussian();
                gradient.floats()[i] = g;
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.99 * v[i] + 0.01 * g * g;
                w[i] -= 1e-3 * 0.1 * w[i];
                w[i] -= 1e-3 * (m[i] / (1 - Math.pow(0.9, t))) / (Math.sqrt(v[i] / (1 - Math.pow(0.99, t))) + 1e-8);
            }
            new AdamW().update(weight, gradient, memory, new Rule(t, 1e-3, 0.9, 0.99, 1e-8, 0.1));
        }
        for (int i = 0; i < n; i++) {
            assertEquals(w[i], weight.floats()[i], 2e-6, "weight " + i);
        }
    }

    @ParameterizedTest
    @DisplayName("adamw agrees with ONNX's Adam: late, without its L2 term, where neither corrects the means any more")
    @CsvSource({"test_adam, '', 0.1, 1e-7", "test_adam_multiple, 1, 0.85, 1e-2", "test_adam_multiple, 2, 0.85, 1e-2"})
    void adamwAgainstOnnx(String file, String suffix, double beta2, double eps) {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED is not set");
        Map<String, Tensor> oracle = SafetensorsReader.read(Path.of(shared, "oracles/onnx/" + file + ".safetensors"), NumberCheck.FINITE).tensors();
        Tensor w = oracle.get("input.X" + suffix);
        Tensor g = oracle.get("input.G" + suffix);
        for (int i = 0; i < g.size(); i++) {
            g.floats()[i] += 1e-3f * w.floats()[i];                  // ONNX pulls to zero through the gradient, as Adam did before AdamW
        }
        List<Tensor> memory = List.of(oracle.get("input.V" + suffix), oracle.get("input.H" + suffix));
        new AdamW().update(w, g, memory, new Rule(1_000_000, oracle.get("input.R").get(0), 0.95, beta2, eps, 0));
        assertArrayEquals(oracle.get("output.X" + suffix + "_new").floats(), w.floats(), 1e-5f);
        assertArrayEquals(oracle.get("output.V" + suffix + "_new").floats(), memory.get(0).floats(), 1e-5f);
        assertArrayEquals(oracle.get("output.H" + suffix + "_new").floats(), memory.get(1).floats(), 1e-5f);
    }

    @Test
    @DisplayName("sgd by hand: w = 1, g = 0.5, rate 0.1 gives 0.95, and 0.85 with decay 1")
    void sgdByHand() {
        Optimizer sgd = new GradientDescent();
        for (double decay : new double[] {0, 1}) {
            Tensor w = Tensor.of(Shape.of(1), 1);
            sgd.update(w, Tensor.of(Shape.of(1), 0.5f), List.of(), new Rule(1, 0.1, 0, 0, 1, decay));
            assertEquals(0.95 - 0.1 * decay, w.get(0), 1e-6);
        }
    }

    @Test
    @DisplayName("views into one storage are updated in their place only; an empty tensor is no harm")
    void views() {
        for (Optimizer optimizer : List.of(new AdamW(), new GradientDescent())) {
            Tensor all = Tensor.of(Shape.of(3, 1), 1, 1, 1);
            List<Tensor> memory = List.of(Tensor.zeros(1, 1), Tensor.zeros(1, 1));
            optimizer.update(all.slice(0, 1, 2), Tensor.of(Shape.of(1, 1), 1), memory, new Rule(1, 0.5, 0.9, 0.99, 1e-8, 0));
            assertArrayEquals(new float[] {1, 0.5f, 1}, all.floats(), 1e-6f);
            optimizer.update(Tensor.zeros(0), Tensor.zeros(0), List.of(Tensor.zeros(0), Tensor.zeros(0)), new Rule(1, 0.5, 0.9, 0.99, 1e-8, 0));
        }
    }
}
