package org.llmsys.integration.onnx;

import static java.util.Map.entry;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.assembly.Blueprint;
import org.llmsys.autograd.NamedWeights;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.Direction;
import org.llmsys.layers.Gru;
import org.llmsys.layers.Lstm;
import org.llmsys.layers.OnnxRecurrent;
import org.llmsys.layers.RecurrentLayer;
import org.llmsys.layers.RecurrentState;
import org.llmsys.layers.Rnn;
import org.llmsys.tensor.Tensor;

/** RNN, LSTM, GRU: inputs X, W, R, B, lengths, initial h (and c, peepholes); outputs Y, the last h (and c). */
final class RecurrentOperators {

    private RecurrentOperators() {
    }

    static final Map<String, OnnxOperator> ALL = Map.ofEntries(
            entry("RNN", given -> outputs(given, RecurrentOperators::rnn)),
            entry("LSTM", given -> outputs(given, RecurrentOperators::lstm)),
            entry("GRU", given -> outputs(given, RecurrentOperators::gru)));

    private interface Builder {
        Blueprint<RecurrentLayer> of(OnnxCase given, Direction direction, int in, int hidden);
    }

    private static Blueprint<RecurrentLayer> rnn(OnnxCase given, Direction direction, int in, int hidden) {
        NamedWeights weights = OnnxRecurrent.rnn("rnn", direction, given.input(1), given.input(2), given.optional(3));
        String activation = given.attributes().has("activations")
                ? given.attributes().getAsJsonArray("activations").get(0).getAsString().toLowerCase(Locale.ROOT) : "tanh";
        return needs -> new Rnn("rnn", in, hidden, 1, direction, activation, weights, needs);
    }

    private static Blueprint<RecurrentLayer> lstm(OnnxCase given, Direction direction, int in, int hidden) {
        NamedWeights weights = OnnxRecurrent.lstm("lstm", direction, given.input(1), given.input(2), given.optional(3), given.optional(7));
        return needs -> new Lstm("lstm", in, hidden, 1, direction, given.has(7), weights, needs);
    }

    private static Blueprint<RecurrentLayer> gru(OnnxCase given, Direction direction, int in, int hidden) {
        NamedWeights weights = OnnxRecurrent.gru("gru", direction, given.input(1), given.input(2), given.optional(3));
        return needs -> new Gru("gru", in, hidden, 1, direction, given.flag("linear_before_reset", false), weights, needs);
    }

    private static List<Tensor> outputs(OnnxCase given, Builder builder) {
        boolean batchFirst = given.flag("layout", false);
        Tensor x = batchFirst ? given.input(0) : given.input(0).transpose(0, 1).contiguous();             // (B,T,C)
        Direction direction = Direction.valueOf(given.text("direction", "forward").toUpperCase(Locale.ROOT));
        int hidden = given.input(2).shape().intExtent(2);
        List<Tensor> found = LayerBench.run(builder.of(given, direction, x.shape().intExtent(2), hidden), (layer, pass) -> {
            RecurrentLayer.Result result = layer.forward(LayerBench.constant(x), initial(given, batchFirst), given.integers(4, "sequence_lens"), pass);
            return result.state().c() == null ? List.of(result.output(), result.state().h())
                    : List.of(result.output(), result.state().h(), result.state().c());
        });
        long ways = given.input(1).shape().extent(0);
        Tensor y = found.getFirst().reshape(x.shape().extent(0), x.shape().extent(1), ways, hidden);       // (B,T,D,H)
        List<Tensor> states = found.subList(1, found.size()).stream().map(state -> batchFirst ? state.transpose(0, 1) : state).toList();
        return states.size() == 1 ? List.of(batchFirst ? y : y.permute(1, 2, 0, 3), states.get(0))
                : List.of(batchFirst ? y : y.permute(1, 2, 0, 3), states.get(0), states.get(1));
    }

    private static RecurrentState initial(OnnxCase given, boolean batchFirst) {
        return given.has(5) ? new RecurrentState(state(given.input(5), batchFirst), given.has(6) ? state(given.input(6), batchFirst) : null) : null;
    }

    private static Variable state(Tensor state, boolean batchFirst) {
        return LayerBench.constant(batchFirst ? state.transpose(0, 1).contiguous() : state);               // (D,B,H)
    }
}
