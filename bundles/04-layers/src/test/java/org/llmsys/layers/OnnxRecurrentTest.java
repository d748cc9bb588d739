package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

class OnnxRecurrentTest {

    private static final Tensor W = Tensor.of(Shape.of(2, 4, 1), 1, 2, 3, 4, 5, 6, 7, 8);
    private static final Tensor B = Tensor.of(Shape.of(2, 8), 1, 2, 3, 4, 10, 20, 30, 40, 5, 6, 7, 8, 50, 60, 70, 80);

    @Test
    @DisplayName("an lstm's gates i, o, f, c become i, f, g, o, in both directions; biases are parted; peepholes i, o, f become i, f, o")
    void lstm() {
        Tensor p = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        NamedWeights weights = OnnxRecurrent.lstm("m", Direction.BIDIRECTIONAL, W, W, B, p);
        assertWeight(weights, "weight_ih_l0", 1, 3, 4, 2);
        assertWeight(weights, "weight_hh_l0_reverse", 5, 7, 8, 6);
        assertWeight(weights, "bias_ih_l0", 1, 3, 4, 2);
        assertWeight(weights, "bias_hh_l0", 10, 30, 40, 20);
        assertWeight(weights, "bias_hh_l0_reverse", 50, 70, 80, 60);
        assertWeight(weights, "peephole_l0_reverse", 4, 6, 5);
    }

    @Test
    @DisplayName("a gru's gates z, r, h become r, z, n, blocks of two rows each; an rnn has nothing to turn; a missing bias stays missing")
    void gru() {
        Tensor w = Tensor.of(Shape.of(1, 6, 1), 1, 2, 3, 4, 5, 6);
        assertWeight(OnnxRecurrent.gru("m", Direction.FORWARD, w, w, null), "weight_hh_l0", 3, 4, 1, 2, 5, 6);
        NamedWeights rnn = OnnxRecurrent.rnn("m", Direction.REVERSE, w, w, null);
        assertWeight(rnn, "weight_ih_l0_reverse", 1, 2, 3, 4, 5, 6);
        assertArrayEquals(new String[] {"m.weight_ih_l0_reverse", "m.weight_hh_l0_reverse"}, rnn.all().keySet().toArray());
    }

    private static void assertWeight(NamedWeights weights, String name, float... expected) {
        Variable weight = weights.all().get("m." + name);
        assertArrayEquals(expected, weight.value().floats(), name);
    }
}
