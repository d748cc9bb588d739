package org.llmsys.transformer;

import java.util.HashMap;
import java.util.Map;

import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Tensor;

/** The optimizer of Kingma and Ba 2014 as it stands in the paper, for tests that learn something: room 11 knows nothing of training. */
final class Adam {

    private final Map<String, float[][]> moments = new HashMap<>();
    private final double learningRate;
    private int step;

    Adam(double learningRate) {
        this.learningRate = learningRate;
    }

    void update(Map<String, Variable> weights, Gradients gradients) {
        step++;
        double first = 1 - Math.pow(0.9, step);
        double second = 1 - Math.pow(0.98, step);
        weights.forEach((name, weight) -> {
            Tensor gradient = gradients.of(weight);
            float[] w = weight.value().floats();
            float[][] m = moments.computeIfAbsent(name, n -> new float[2][w.length]);
            for (int i = 0; i < w.length; i++) {
                float g = gradient.floats()[gradient.floatOffset() + i];
                m[0][i] += 0.1f * (g - m[0][i]);
                m[1][i] += 0.02f * (g * g - m[1][i]);
                w[i] -= (float) (learningRate * (m[0][i] / first) / (Math.sqrt(m[1][i] / second) + 1e-8));
            }
        });
    }
}
