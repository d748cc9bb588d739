package org.llmsys.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** The parts together learn: forward, loss, backward, and one line of gradient descent. */
class LearningTest {

    private final Trial trial = Workbench.trial();

    record Network(Layer layers, LossLayer loss) {
    }

    @Test
    @DisplayName("a 2-4-1 network learns exclusive or: loss below 0.01, every answer on the right side of 1/2")
    void learnsExclusiveOr() {
        Variable x = Variable.constant("x", Tensor.of(Shape.of(4, 2), 0, 0, 0, 1, 1, 0, 1, 1));
        Tensor wanted = Tensor.of(Shape.of(4, 1), 0, 1, 1, 0);
        List<Variable> weights = List.of(weight("hidden.weight", 2, 4), weight("hidden.bias", 4), weight("out.weight", 4, 1), weight("out.bias", 1));
        double[] loss = new double[1];
        trial.train(2000, needs -> network(weights, needs), (network, pass) -> {
            Variable value = network.loss().forward(network.layers().forward(x, pass), wanted, pass);
            loss[0] = value.value().getDouble(0);
            descend(weights, pass.tape().backward(value), 1f);
        });
        assertTrue(loss[0] < 0.01, "loss " + loss[0]);
        trial.infer(needs -> network(weights, needs), (network, pass) -> {
            Tensor y = network.layers().forward(x, pass).value();
            for (int row = 0; row < 4; row++) {
                assertEquals(wanted.get(row, 0), Math.round(y.get(row, 0)));
            }
        });
    }

    @Test
    @DisplayName("linear regression finds y = 3a - 2b + 1 from 20 points")
    void learnsALine() {
        Variable x = Trial.random("points", 20, 2);
        Tensor wanted = Tensor.zeros(20, 1);
        for (int row = 0; row < 20; row++) {
            wanted.set(3 * x.value().get(row, 0) - 2 * x.value().get(row, 1) + 1, row, 0);
        }
        Variable weight = weight("line.weight", 2, 1);
        Variable bias = weight("line.bias", 1);
        trial.train(500, needs -> new Network(new Linear("line", 2, 1, NamedWeights.of(weight, bias), needs),
                new LossLayer("mean-squared-error", needs)), (network, pass) -> {
                    Variable value = network.loss().forward(network.layers().forward(x.detach(), pass), wanted, pass);
                    descend(List.of(weight, bias), pass.tape().backward(value), 0.3f);
                });
        assertEquals(3, weight.value().get(0, 0), 1e-4);
        assertEquals(-2, weight.value().get(1, 0), 1e-4);
        assertEquals(1, bias.value().get(0), 1e-4);
    }

    private static Network network(List<Variable> weights, Needs needs) {
        NamedWeights parameters = NamedWeights.of(weights.toArray(Variable[]::new));
        return new Network(new Sequential(List.of(
                new Linear("hidden", 2, 4, parameters, needs), new ActivationLayer("tanh", needs),
                new Linear("out", 4, 1, parameters, needs), new ActivationLayer("sigmoid", needs))),
                new LossLayer("mean-squared-error", needs));
    }

    private static Variable weight(String name, long... extents) {
        Tensor value = Tensor.zeros(extents);
        Initialization.normal(1).fill(value, RandomStream.at(42, name.hashCode()));
        return Variable.parameter(name, value);
    }

    /** weight -= rate * gradient. */
    private static void descend(List<Variable> weights, Gradients gradients, float rate) {
        for (Variable weight : weights) {
            float[] w = weight.value().floats();
            float[] g = gradients.of(weight).floats();
            for (int i = 0; i < w.length; i++) {
                w[i] -= rate * g[i];
            }
        }
    }
}
