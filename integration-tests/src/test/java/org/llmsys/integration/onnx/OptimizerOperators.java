package org.llmsys.integration.onnx;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.llmsys.assembly.Assemblies.Held;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.Optimizer;
import org.llmsys.training.Optimizer.Rule;
import org.llmsys.training.OptimizerSettings;

/** Optimizers: inputs rate R, step T, then all weights X, all gradients G, and all memory; outputs all weights and all memory. */
final class OptimizerOperators {

    private OptimizerOperators() {
    }

    static final Map<String, OnnxOperator> ALL = Map.ofEntries(
            entry("Adam", given -> updated("adam", given, adam(given))),
            entry("Momentum", given -> updated("momentum", given, momentum(given))),
            entry("Adagrad", given -> updated("adagrad", given, adagrad(given))));

    /** ONNX adds epsilon before the correction of the means, we after it; at step 0 it corrects nothing, and neither do we. */
    private static Rule adam(OnnxCase given) {
        double beta2 = given.number("beta", 0.999);
        double filled = step(given) == 0 ? 1 : 1 - Math.pow(beta2, step(given));
        return new Rule(step(given), rate(given), settings(given).withBetas(given.number("alpha", 0.9), beta2)
                .withEps(given.number("epsilon", 0) / Math.sqrt(filled)));
    }

    /** ONNX counts from 0, we from 1. */
    private static Rule momentum(OnnxCase given) {
        return new Rule(step(given) + 1, rate(given), settings(given).withMomentum(given.number("alpha", 0)).withDampening(1 - given.number("beta", 1))
                .withNesterov(given.text("mode", "standard").equals("nesterov")));
    }

    private static Rule adagrad(OnnxCase given) {
        double rate = rate(given) / (1 + step(given) * given.number("decay_factor", 0));
        return new Rule(step(given), rate, settings(given).withEps(given.number("epsilon", 0)));
    }

    private static OptimizerSettings settings(OnnxCase given) {
        return OptimizerSettings.DEFAULT.withWeightDecay(given.number("norm_coefficient", 0));
    }

    private static double rate(OnnxCase given) {
        return given.input(0).reshape(1).get(0);
    }

    private static long step(OnnxCase given) {
        return given.input(1).reshape(1).getLong(0);
    }

    private static List<Tensor> updated(String algorithm, OnnxCase given, Rule rule) {
        String name = LayerBench.ASSEMBLIES.current().serving("optimizer", algorithm).orElseThrow().name();
        try (Held<Optimizer> held = LayerBench.ASSEMBLIES.hold(Optimizer.class, name)) {
            Optimizer optimizer = held.provider();
            int kinds = 2 + optimizer.memory().size();                    // X, G, and what it remembers
            int weights = (given.inputs().size() - 2) / kinds;
            List<Tensor> results = new ArrayList<>(IntStream.range(2, given.inputs().size()).mapToObj(i -> given.input(i).copy()).toList());
            for (int i = 0; i < weights; i++) {
                int at = i;
                List<Tensor> memory = IntStream.range(2, kinds).mapToObj(kind -> results.get(kind * weights + at)).toList();
                optimizer.update(results.get(i), results.get(weights + i), memory, rule);
            }
            float keep = (float) (1 - given.number("norm_coefficient_post", 0));
            return Stream.concat(results.subList(0, weights).stream().map(x -> x.mul(x.scalar(keep))),
                    results.subList(2 * weights, results.size()).stream()).toList();
        }
    }
}
