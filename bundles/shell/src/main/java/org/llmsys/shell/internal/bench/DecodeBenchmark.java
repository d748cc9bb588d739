package org.llmsys.shell.internal.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.StepListener;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelPresets;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;
import org.llmsys.transformer.WeightArrangement;

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
record DecodeBenchmark(Assemblies assemblies, WorkerPool pool, StepListener listener) implements Benchmark {

    /** The shapes, by their number of layers: 6 for a Llama of 15 million weights, 12 for GPT-2 small. */
    private static final Map<Integer, String> SHAPES = Map.of(6, "stories15M", 12, "gpt2");
    private static final double TURN_SECONDS = 0.6;

    @Override
    public String form() {
        return "LxT";
    }

    @Override
    public String sizes() {
        return "6x128";
    }

    @Override
    public List<Trial> trials(List<int[]> sizes) {
        List<Trial> trials = new ArrayList<>();
        for (int[] size : sizes) {
            String shape = SHAPES.getOrDefault(size[0], "stories15M");
            for (DType type : List.of(DType.F32, DType.Q8_0, DType.Q4_0)) {
                trials.add(trial(shape, type, size[1]));
            }
        }
        return trials;
    }

    private Trial trial(String shape, DType type, int tokens) {
        ModelConfig config = ModelPresets.named(shape).withDropout(0);
        String name = type.name().toLowerCase(Locale.ROOT);
        String question = "decode " + config.family() + " " + tokens + " " + config.vocabSize() + " " + config.contextLength() + " " + config.embeddingDim() + " "
                + config.numLayers() + " " + config.numHeads() + " " + config.numKvHeads() + " " + config.hiddenDim();
        return new Trial("engine", shape + " " + name + ", " + tokens + " tokens", List.of(new Measure.Rate("tokens/s", tokens)), () -> {
            ModelWeights random = ModelWeights.initialize(config, 1);
            ModelWeights weights = type == DType.F32 ? random : WeightArrangement.narrowed(random, config, type);
            return List.of(new Decoding(name, assemblies, pool, new LoadedModel(shape, new TransformerModel(config, weights), null), tokens, listener));
        }, type == DType.F32 ? question : "decode-" + name + question.substring("decode".length()), TURN_SECONDS);
    }

    private record Decoding(String name, Assemblies assemblies, WorkerPool pool, LoadedModel model, int tokens, StepListener listener) implements Contestant {

        private static final int[] PROMPT = {1};

        @Override
        public double seconds(int repetitions, Clock clock) {
            return clock.seconds(repetitions, this::write);
        }

        private void write() {
            try (Assemblies.Held<InferenceEngine> engine = assemblies.hold(InferenceEngine.class, "single");
                    GenerationSession session = engine.provider().open(model, PROMPT, GenerationOptions.greedy(tokens), listener)) {
                while (session.next() != null) {
                    continue;                                        // a token more
                }
            }
        }

        /** What a token reads, and how long memory takes to give as many bytes in the same run. */
        @Override
        public List<Remark> remarks() {
            long bytes = model.model().weights().bytes();
            return List.of(new Remark("weights read for each token", bytes / 1e6, "MB"),
                    new Remark("tokens/s that reading alone would allow", 1 / reading(bytes), "tokens/s"));
        }

        /** Seconds to read so many bytes with all threads, the median of some tries. */
        private double reading(long bytes) {
            long[] memory = new long[Math.toIntExact(bytes / Long.BYTES)];
            int chunks = 4 * pool.threads();
            long[] sums = new long[chunks];
            double[] seconds = new double[15];
            for (int n = 0; n < seconds.length; n++) {
                seconds[n] = Clock.WALL.seconds(1, () -> pool.run(chunks, chunk -> sums[chunk] = sum(memory, chunk, chunks)));
            }
            if (LongStream.of(sums).sum() != 0) {
                throw new IllegalStateException("zeros add up to " + LongStream.of(sums).sum());
            }
            Arrays.sort(seconds);
            return seconds[seconds.length / 2];
        }

        private static long sum(long[] memory, int chunk, int chunks) {
            int from = (int) ((long) memory.length * chunk / chunks);
            int to = (int) ((long) memory.length * (chunk + 1) / chunks);
            long sum = 0;
            for (int i = from; i < to; i++) {
                sum += memory[i];
            }
            return sum;
        }

        @Override
        public void rest() {
            LockSupport.parkNanos(Here.WORKERS_SLEEP_NANOS);
        }
    }
}
