package org.llmsys.integration.onnx;

import static java.util.Map.entry;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.LossLayer;
import org.llmsys.layers.LossOptions;
import org.llmsys.layers.LossReduction;
import org.llmsys.layers.SoftmaxLayer;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Tensor;

/** Losses over classes, which ONNX has on axis 1. */
final class LossOperators {

    private LossOperators() {
    }

    static final Map<String, OnnxOperator> ALL = Map.ofEntries(
            entry("NegativeLogLikelihoodLoss", given -> losses("negative-log-likelihood", given).subList(0, 1)),
            entry("SoftmaxCrossEntropyLoss", given -> losses("cross-entropy", given)));

    private record Parts(LossLayer loss, SoftmaxLayer logarithms) {

        static Parts of(String algorithm, OnnxCase given, Needs needs) {
            return new Parts(new LossLayer(algorithm, options(given), needs), new SoftmaxLayer("log-softmax", 1, needs));
        }

        List<Variable> forward(OnnxCase given, Pass pass) {
            Variable scores = LayerBench.constant(given.input(0));
            return List.of(loss.forward(scores, given.input(1), pass), logarithms.forward(scores, pass));
        }
    }

    private static List<Tensor> losses(String algorithm, OnnxCase given) {
        List<Tensor> found = LayerBench.run(needs -> Parts.of(algorithm, given, needs), (parts, pass) -> parts.forward(given, pass));
        return List.of(found.get(0).to(DType.F32), found.get(1));
    }

    private static LossOptions options(OnnxCase given) {
        LossOptions options = LossOptions.MEAN.withClassAxis(1)
                .withReduction(LossReduction.valueOf(given.text("reduction", "mean").toUpperCase(Locale.ROOT)))
                .withClassWeights(given.optional(2));
        return given.attributes().has("ignore_index") ? options.withLeftOut(given.integer("ignore_index", 0)) : options;
    }
}
