package org.llmsys.shell.internal.bench;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.llmsys.assembly.StepListener;
import org.llmsys.tensor.RandomStream;
import org.llmsys.training.Presets;
import org.llmsys.training.Trainer;
import org.llmsys.training.TrainingConfig;
import org.llmsys.transformer.ModelConfig;

/**
 * One training step of {@code char-small} on 65 characters: batch, forward, backward, clipping, AdamW; by whoever is in service. The peer
 * does the same step of the same model.
 */
record TrainBenchmark(Trainer trainer, StepListener listener) implements Benchmark {

    private static final int VOCABULARY = 65;
    private static final int TEXT = 200_000;
    private static final double TURN_SECONDS = 0.6;

    @Override
    public String form() {
        return "BxT";
    }

    @Override
    public String sizes() {
        return "12x64,32x128";
    }

    @Override
    public List<Trial> trials(List<int[]> sizes) {
        return sizes.stream().map(size -> trial(size[0], size[1])).toList();
    }

    private Trial trial(int batch, int sequence) {
        TrainingConfig config = TrainingConfig.fromJson("{\"preset\": \"" + Presets.CHAR_SMALL + "\", \"batchSize\": " + batch
                + ", \"model\": {\"contextLength\": " + sequence + ", \"vocabSize\": " + VOCABULARY + "}}", "the benchmark");
        ModelConfig model = config.model();
        String question = "train " + batch + " " + sequence + " " + VOCABULARY + " " + model.embeddingDim() + " " + model.numLayers() + " "
                + model.numHeads() + " " + model.hiddenDim();
        return new Trial("all", "batch " + batch + ", context " + sequence,
                List.of(new Measure.Time("ms", 1e3), new Measure.Rate("tokens/s", (double) batch * sequence)),
                () -> List.of(new Learning(trainer.learner(config, ids(), listener))), question, TURN_SECONDS);
    }

    /** Characters at random: their loss stays near ln 65, so no gradient dwindles to numbers that processors are slow at. */
    private static int[] ids() {
        RandomStream random = RandomStream.at(1);
        int[] ids = new int[TEXT];
        for (int i = 0; i < TEXT; i++) {
            ids[i] = (int) random.nextLong(VOCABULARY);
        }
        return ids;
    }

    private record Learning(Trainer.Learner learner) implements Contestant {

        @Override
        public String name() {
            return Presets.CHAR_SMALL;
        }

        @Override
        public double seconds(int repetitions, Clock clock) {
            return clock.seconds(repetitions, learner::step);
        }

        @Override
        public void rest() {
            LockSupport.parkNanos(Here.WORKERS_SLEEP_NANOS);
        }

        @Override
        public void close() {
            learner.close();
        }
    }
}
