package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Shape;

class ReadmeTest {

    @Test
    @DisplayName("the README's network of three lines runs, and has the weights the README lists")
    void network() {
        FreshWeights weights = new FreshWeights(42);
        Variable x = Trial.random("x", 5, 2);
        Workbench.trial().infer(needs -> {
            Layer network = new Sequential(List.of(new Linear("hidden", 2, 8, weights, needs), new ActivationLayer("tanh", needs), new Linear("out", 8, 1, weights, needs)));
            return network;
        }, (network, pass) -> assertEquals(Shape.of(5, 1), network.forward(x, pass).shape()));
        assertEquals("[hidden.weight, hidden.bias, out.weight, out.bias]", weights.all().keySet().toString());
    }
}
