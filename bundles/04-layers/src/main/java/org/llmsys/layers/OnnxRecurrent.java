package org.llmsys.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Variable;
import org.llmsys.tensor.Tensor;

/**
 * Brings the weights of ONNX's RNN, LSTM and GRU into the names and the order of gates that {@link RecurrentLayer} has.
 *
 * <pre>
 *           ONNX            here and in PyTorch
 *   LSTM    i, o, f, c      i, f, g, o              ONNX's c is g
 *   GRU     z, r, h         r, z, n                 ONNX's h is n
 *   P       i, o, f         i, f, o                 peepholes
 * </pre>
 *
 * <p>Shapes: W (D,G*H,C), R (D,G*H,H), B (D,2*G*H) the input's biases before the recurrent ones, or null, P (D,3*H) or null.
 *
 * <p>ONNX's defaults: a GRU resets before the product, an LSTM has peepholes when P is given; with layout 0 its X is (T,B,C), so transpose
 * the first two axes on the way in and out.
 *
 * <pre>{@code
 * NamedWeights weights = OnnxRecurrent.lstm("lstm", Direction.FORWARD, w, r, b, null);
 * Lstm lstm = new Lstm("lstm", in, hidden, weights, needs);
 * }</pre>
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LSTM.html">ONNX LSTM</a>
 */
public final class OnnxRecurrent {

    private OnnxRecurrent() {
    }

    public static NamedWeights rnn(String name, Direction direction, Tensor w, Tensor r, Tensor b) {
        return weights(name, direction, w, r, b, null, 0);
    }

    public static NamedWeights lstm(String name, Direction direction, Tensor w, Tensor r, Tensor b, Tensor p) {
        return weights(name, direction, w, r, b, p, 0, 2, 3, 1);
    }

    public static NamedWeights gru(String name, Direction direction, Tensor w, Tensor r, Tensor b) {
        return weights(name, direction, w, r, b, null, 1, 0, 2);
    }

    /** @param order for each of our gates which of ONNX's it is */
    private static NamedWeights weights(String name, Direction direction, Tensor w, Tensor r, Tensor b, Tensor p, int... order) {
        List<Variable> all = new ArrayList<>();
        for (int way = 0; way < direction.ways(); way++) {
            String ending = "_l0" + (direction.reversed().get(way) ? "_reverse" : "");
            add(all, name + ".weight_ih" + ending, w.select(0, way), order);
            add(all, name + ".weight_hh" + ending, r.select(0, way), order);
            if (b != null) {
                long half = b.shape().extent(1) / 2;
                add(all, name + ".bias_ih" + ending, b.select(0, way).slice(0, 0, half), order);
                add(all, name + ".bias_hh" + ending, b.select(0, way).slice(0, half, 2 * half), order);
            }
            if (p != null) {
                add(all, name + ".peephole" + ending, p.select(0, way), 0, 2, 1);
            }
        }
        return NamedWeights.of(all.toArray(Variable[]::new));
    }

    /** The blocks of the first axis in another order. */
    private static void add(List<Variable> all, String name, Tensor blocks, int... order) {
        long rows = blocks.shape().extent(0) / order.length;
        Tensor[] turned = Arrays.stream(order).mapToObj(i -> blocks.slice(0, i * rows, (i + 1) * rows)).toArray(Tensor[]::new);
        all.add(Variable.parameter(name, Tensor.concat(0, turned)));
    }
}
