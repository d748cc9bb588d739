package org.llmsys.shell.internal.bench;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.tensor.DType;

/**
 * Writing with random weights, token by token from an empty cache, the likeliest token each time; by whoever is in service. Every token
 * needs every weight once, so memory sets the limit.
 *
 * <pre>
 *   tokens/s at most = bytes a second that memory gives / bytes of the weights
 * </pre>
 *
 * <p>Contestants are the types that the weights are kept in: {@code f32}, {@code q8_0}, {@code q4_0}.
 */
record DecodeBenchmark(ModelTrials models) implements Benchmark {

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
    public boolean picksByName() {
        return true;
    }

    @Override
    public List<PeerProgram> peers() {
        return ModelTrials.peers(true);
    }

    @Override
    public List<Trial> trials(List<int[]> sizes) {
        List<Trial> trials = new ArrayList<>();
        for (int[] size : sizes) {
            for (DType type : models.types(DType.F32, DType.Q8_0, DType.Q4_0)) {
                trials.add(models.trial(ModelShape.ofLayers(size[0]), type, size[1] + " tokens", List.of(new Measure.Rate("tokens/s", size[1])),
                        new ModelTrials.Work("single", new int[][] {{1}}, size[1]), NAME + " " + size[1], true));
            }
        }
        return trials;
    }
}
