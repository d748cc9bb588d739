package org.llmsys.shell.internal.bench;

import java.util.List;

import org.llmsys.tensor.DType;

/**
 * Reading a prompt with random weights, up to its first answer: the logits of the last position and the likeliest token. All positions are
 * computed at once, so arithmetic sets the limit.
 */
record PrefillBenchmark(ModelTrials models) implements ModelBenchmark {

    static final String NAME = "prefill";

    @Override
    public String form() {
        return "LxT";
    }

    @Override
    public String sizes() {
        return "6x128,12x512";
    }

    @Override
    public List<DType> usual() {
        return List.of(DType.F32, DType.Q8_0);
    }

    @Override
    public Trial trial(ModelShape shape, int[] size, DType type) {
        int[][] prompt = {ModelTrials.ids(size[1], shape.config().vocabSize())};
        return models.trial(shape, type, "prompt of " + size[1], List.of(new Measure.Rate("tokens/s", size[1])),
                new ModelTrials.Work("single", prompt, 1), NAME, false);
    }
}
