package org.llmsys.shell.internal.bench;

import java.util.List;
import java.util.stream.IntStream;

import org.llmsys.tensor.DType;

/**
 * Many sequences at once with random weights, by the engine that lets them share steps: each begins with an id of its own and an empty cache.
 *
 * <pre>
 *   tokens/s = sequences * tokens of each / seconds
 * </pre>
 */
record BatchBenchmark(ModelTrials models) implements ModelBenchmark {

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
    public List<DType> usual() {
        return List.of(DType.F32, DType.Q8_0);
    }

    /** Every sequence has a thread that asks, and any of them computes for all. */
    @Override
    public Clock processorClock() {
        return Clock.PROCESS;
    }

    @Override
    public Trial trial(ModelShape shape, int[] size, DType type) {
        int[][] prompts = IntStream.rangeClosed(1, size[1]).mapToObj(id -> new int[] {id}).toArray(int[][]::new);
        return models.trial(shape, type, size[1] + " sequences of " + size[2], List.of(new Measure.Rate("tokens/s", (double) size[1] * size[2])),
                new ModelTrials.Work("batched", prompts, size[2]), NAME + " " + size[1] + " " + size[2], false);
    }
}
