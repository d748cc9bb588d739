package org.llmsys.shell.internal.bench;

import java.util.ArrayList;
import java.util.List;

import org.llmsys.tensor.DType;

/**
 * Many sequences at once with random weights, by the engine that lets them share steps: each begins with an id of its own and an empty cache.
 *
 * <pre>
 *   tokens/s = sequences * tokens of each / seconds
 * </pre>
 */
record BatchBenchmark(ModelTrials models) implements Benchmark {

    static final String NAME = "batch";

    @Override
    public String form() {
        return "LxBxT";
    }

    @Override
    public String sizes() {
        return "6x8x64,12x8x16";
    }

    @Override
    public boolean picksByName() {
        return true;
    }

    @Override
    public List<PeerProgram> peers() {
        return ModelTrials.peers(false);
    }

    /** Every sequence has a thread that asks, and any of them computes for all. */
    @Override
    public Clock processorClock() {
        return Clock.PROCESS;
    }

    @Override
    public List<Trial> trials(List<int[]> sizes) {
        List<Trial> trials = new ArrayList<>();
        for (int[] size : sizes) {
            int[][] prompts = new int[size[1]][];
            for (int i = 0; i < prompts.length; i++) {
                prompts[i] = new int[] {1 + i};
            }
            for (DType type : models.types(DType.F32, DType.Q8_0)) {
                trials.add(models.trial(ModelShape.ofLayers(size[0]), type, size[1] + " sequences of " + size[2],
                        List.of(new Measure.Rate("tokens/s", (double) size[1] * size[2])), new ModelTrials.Work("batched", prompts, size[2]),
                        NAME + " " + size[1] + " " + size[2], false));
            }
        }
        return trials;
    }
}
