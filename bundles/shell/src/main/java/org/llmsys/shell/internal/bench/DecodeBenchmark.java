package org.llmsys.shell.internal.bench;

import java.util.List;
import java.util.stream.Stream;

import org.llmsys.tensor.DType;

/**
 * Writing with random weights, token by token from an empty cache, the likeliest token each time; by whoever is in service. Every token
 * needs every weight once, so memory sets the limit.
 *
 * <pre>
 *   tokens/s at most = bytes a second that memory gives / bytes of the weights
 * </pre>
 *
 * <p>Contestants are the types that the weights are kept in: {@code f32}, {@code q8_0}, {@code q4_0}. llama2.c only writes, so it is a peer here
 * alone.
 */
record DecodeBenchmark(ModelTrials models, Llama2cPeer llama2c) implements ModelBenchmark {

    static final String NAME = "decode";

    @Override
    public String form() {
        return "LxT";
    }

    @Override
    public String sizes() {
        return "6x128,12x64";
    }

    @Override
    public List<DType> usual() {
        return List.of(DType.F32, DType.Q8_0, DType.Q4_0);
    }

    @Override
    public List<PeerProgram> peers() {
        return Stream.concat(ModelTrials.PEERS.stream(), Stream.of(llama2c)).toList();
    }

    @Override
    public Trial trial(ModelShape shape, int[] size, DType type) {
        return models.trial(shape, type, size[1] + " tokens", List.of(new Measure.Rate("tokens/s", size[1])),
                new ModelTrials.Work("single", new int[][] {{1}}, size[1]), NAME + " " + size[1], true);
    }
}
