package org.llmsys.integration.onnx;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.llmsys.autograd.Layer;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.AveragePool2d;
import org.llmsys.layers.Conv1d;
import org.llmsys.layers.Conv2d;
import org.llmsys.layers.GlobalPool;
import org.llmsys.layers.MaxPool2d;
import org.llmsys.layers.Padding;
import org.llmsys.layers.Window;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/** Windows that slide over pictures (N,C,H,W) and sequences (N,C,L). */
final class PictureOperators {

    private PictureOperators() {
    }

    static final Map<String, OnnxOperator> ALL = Map.ofEntries(
            entry("Conv", OnnxOperator.of(PictureOperators::convolution)),
            entry("MaxPool", OnnxOperator.of(given -> LayerBench.run(needs -> new MaxPool2d(window(given, given.integers("kernel_shape"))), given.input(0)))),
            entry("AveragePool", OnnxOperator.of(given -> LayerBench.run(
                    needs -> new AveragePool2d(window(given, given.integers("kernel_shape")), given.flag("count_include_pad", false)), given.input(0)))),
            entry("GlobalAveragePool", OnnxOperator.unary(x -> LayerBench.run(needs -> GlobalPool.average(), x))),
            entry("GlobalMaxPool", OnnxOperator.unary(x -> LayerBench.run(needs -> GlobalPool.max(), x))));

    private static Tensor convolution(OnnxCase given) {
        Tensor w = given.input(1);
        List<Variable> weights = new ArrayList<>(List.of(Variable.constant("conv.weight", w)));
        if (given.has(2)) {
            weights.add(Variable.constant("conv.bias", given.input(2)));
        }
        NamedWeights named = NamedWeights.of(weights.toArray(Variable[]::new));
        int in = given.input(0).shape().intExtent(1);
        int out = w.shape().intExtent(0);
        int groups = given.integer("group", 1);
        Window window = window(given, kernel(w.shape()));
        return LayerBench.run(needs -> w.shape().rank() == 3 ? (Layer) new Conv1d("conv", in, out, window, groups, named, needs)
                : new Conv2d("conv", in, out, window, groups, named, needs), given.input(0));
    }

    private static int[] kernel(Shape weights) {
        return weights.rank() == 3 ? new int[] {weights.intExtent(2)} : new int[] {weights.intExtent(2), weights.intExtent(3)};
    }

    private static Window window(OnnxCase given, int[] kernel) {
        boolean row = kernel.length == 1;
        int[] stride = two(given.integers("strides"), row);
        int[] dilation = two(given.integers("dilations"), row);
        Window window = (row ? Window.row(kernel[0]) : Window.of(kernel[0], kernel[1])).stride(stride[0], stride[1]).dilation(dilation[0], dilation[1]);
        Window padded = window.padding(padding(given, row));
        return given.flag("ceil_mode", false) ? padded.roundingUp() : padded;
    }

    /** One number for each axis; a sequence is a picture one row high. */
    private static int[] two(int[] values, boolean row) {
        return values == null ? new int[] {1, 1} : row ? new int[] {1, values[0]} : values;
    }

    private static Padding padding(OnnxCase given, boolean row) {
        String rule = given.text("auto_pad", "NOTSET");
        if (!rule.equals("NOTSET")) {
            return Padding.named(rule);
        }
        int[] pads = given.integers("pads");
        return pads == null ? Padding.VALID : row ? new Padding.Fixed(0, pads[0], 0, pads[1]) : new Padding.Fixed(pads[0], pads[1], pads[2], pads[3]);
    }
}
