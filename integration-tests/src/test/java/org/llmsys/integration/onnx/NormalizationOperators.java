package org.llmsys.integration.onnx;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.llmsys.assembly.Assemblies.Held;
import org.llmsys.assembly.Blueprint;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.BatchNorm;
import org.llmsys.layers.BatchNormOptions;
import org.llmsys.normalization.Normalization;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** Norms over features; those over channels, where ONNX puts them on axis 1. */
final class NormalizationOperators {

    private static final double EPS = 1e-5;
    /** From this version on a group norm has a scale for each channel, before it had one for each group. */
    private static final int SCALE_OF_CHANNELS = 21;

    private NormalizationOperators() {
    }

    static final Map<String, OnnxOperator> ALL = Map.ofEntries(
            entry("LayerNormalization", given -> norm("layernorm", given)),
            entry("RMSNormalization", given -> norm("rmsnorm", given)),
            entry("BatchNormalization", NormalizationOperators::batchNorm),
            entry("InstanceNormalization", OnnxOperator.of(given -> groupNorm(given, given.input(0).shape().extent(1)))),
            entry("GroupNormalization", OnnxOperator.of(given -> groupNorm(given, given.integer("num_groups", 1)))));

    /** All axes from {@code axis} on are the features of one row. Outputs: y, and for layernorm mean and 1/deviation. */
    private static List<Tensor> norm(String algorithm, OnnxCase given) {
        Tensor x = given.input(0);
        int axis = x.shape().axis(given.integer("axis", -1));
        long[] rows = x.shape().extents();
        Arrays.fill(rows, axis, rows.length, 1);
        long count = Shape.of(rows).size();
        long width = IntStream.range(axis, rows.length).mapToLong(x.shape()::extent).reduce(1, (a, b) -> a * b);
        Tensor y = Tensor.zeros(count, width);
        Tensor saved = Tensor.zeros(count, 2);
        Tensor gamma = expanded(given.input(1), x, axis, width);
        Tensor beta = given.has(2) ? expanded(given.input(2), x, axis, width) : null;
        normalize(algorithm, x.reshape(count, width), gamma, beta, given.number("epsilon", EPS), y, saved);
        return List.of(y.reshape(x.shape().extents()), saved.select(1, 0).contiguous().reshape(rows), saved.select(1, 1).contiguous().reshape(rows));
    }

    private static Tensor expanded(Tensor scale, Tensor x, int axis, long width) {
        long[] features = Arrays.copyOfRange(x.shape().extents(), axis, x.shape().rank());
        return scale.expand(Shape.of(features)).contiguous().reshape(width);
    }

    private static void normalize(String algorithm, Tensor x, Tensor gamma, Tensor beta, double eps, Tensor y, Tensor saved) {
        String name = LayerBench.ASSEMBLIES.current().serving("normalization", algorithm).orElseThrow().name();
        try (Held<Normalization> held = LayerBench.ASSEMBLIES.hold(Normalization.class, name)) {
            held.provider().forward(x, gamma, beta, (float) eps, y, saved);
        }
    }

    /** Inputs x, scale, shift, running mean and variance; outputs y and, when it learns, the running numbers afterwards. */
    private static List<Tensor> batchNorm(OnnxCase given) {
        NamedWeights weights = NamedWeights.of(weight("bn.weight", given.input(1)), weight("bn.bias", given.input(2)),
                weight("bn.running_mean", given.input(3)), weight("bn.running_var", given.input(4)));
        BatchNormOptions options = BatchNormOptions.DEFAULT.withEps(given.number("epsilon", EPS))
                .withMomentum(1 - given.number("momentum", 0.9)).withUnbiased(false);
        Blueprint<BatchNorm> norm = needs -> new BatchNorm("bn", given.input(0).shape().intExtent(1), options, weights);
        if (!given.flag("training_mode", false)) {
            return List.of(LayerBench.run(norm, given.input(0)));
        }
        List<Tensor> y = LayerBench.train(norm, (layer, pass) -> {
            Variable out = layer.forward(LayerBench.constant(given.input(0)), pass);
            pass.complete();                                                       // only then the running numbers move
            return List.of(out);
        });
        return List.of(y.getFirst(), weights.all().get("bn.running_mean").value(), weights.all().get("bn.running_var").value());
    }

    private static Variable weight(String name, Tensor value) {
        return Variable.constant(name, value.copy());
    }

    /** Each group of channels of one example gets mean 0 and deviation 1; then scale and shift of each channel. */
    private static Tensor groupNorm(OnnxCase given, long groups) {
        Tensor x = given.input(0);
        long channels = x.shape().extent(1);
        long width = x.size() / (x.shape().extent(0) * groups);
        Tensor y = Tensor.zeros(x.size() / width, width);
        normalize("layernorm", x.reshape(x.size() / width, width), Tensor.zeros(width).exp(), null, given.number("epsilon", EPS), y, null);
        boolean ofGroups = given.operator().startsWith("Group") && given.opset() < SCALE_OF_CHANNELS;
        Tensor scale = perChannel(given.input(1), ofGroups ? channels / groups : 1, x);
        Tensor shift = perChannel(given.input(2), ofGroups ? channels / groups : 1, x);
        return y.reshape(x.shape().extents()).mul(scale).add(shift);
    }

    /** (C), or one for each group of {@code repeats} channels, as (C,1,...,1). */
    private static Tensor perChannel(Tensor values, long repeats, Tensor x) {
        List<Long> extents = new ArrayList<>(List.of(values.size() * repeats));
        IntStream.range(2, x.shape().rank()).forEach(axis -> extents.add(1L));
        return values.reshape(values.size(), 1).expand(Shape.of(values.size(), repeats)).contiguous()
                .reshape(extents.stream().mapToLong(Long::longValue).toArray());
    }
}
