package org.llmsys.shell.internal.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.StepListener;
import org.llmsys.tensor.RandomStream;
import org.llmsys.training.Presets;
import org.llmsys.training.Trainer;
import org.llmsys.training.TrainingConfig;
import org.llmsys.transformer.ModelConfig;

/**
 * One training step of {@code char-small} on 65 characters: batch, forward, backward, clipping, AdamW; by whoever is in service, and by the
 * families {@code vector} and {@code native}, each in every slot that it has. The peer does the same step of the same model.
 */
record TrainBenchmark(Assemblies assemblies, Trainer trainer, StepListener listener) implements Benchmark {

    private static final int VOCABULARY = 65;
    private static final int TEXT = 200_000;
    private static final double TURN_SECONDS = 0.6;
    private static final List<String> FAMILIES = List.of("native", "vector");

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
                () -> contestants(config), question, TURN_SECONDS);
    }

    /** Whoever is in service, and each family of providers that has a kernel of its own for the step. */
    private List<Contestant> contestants(TrainingConfig config) {
        List<Contestant> all = new ArrayList<>();
        for (String family : FAMILIES) {
            Assembly chosen = family(family, config);
            if (chosen != null) {
                Trainer.Learner learner = trainer.learner(config, ids(), listener);
                learner.pin(chosen);
                all.add(new Learning(family, learner));
            }
        }
        all.add(new Learning(Presets.CHAR_SMALL, trainer.learner(config, ids(), listener)));                 // rows come in the other order
        return all;
    }

    /** A snapshot in which a family serves every slot of the step that it can; null when it has no product of matrices. */
    private Assembly family(String family, TrainingConfig config) {
        ModelConfig model = config.model();
        Map<String, String> needed = Map.of("matmul", "matmul", "attention", "scaled-dot-product", "elementwise", "elementwise",
                "embedding", "lookup", "activation", model.activation(), "normalization", model.normalization(), "position", model.position(),
                "loss", "cross-entropy", "optimizer", config.optimizer());
        Assembly chosen = assemblies.current();
        boolean there = false;
        for (Map.Entry<String, String> need : needed.entrySet()) {
            Set<String> names = Set.of(family, need.getValue() + "-" + family);
            Candidate one = chosen.candidates(need.getKey()).stream().filter(candidate -> names.contains(candidate.name())).findFirst().orElse(null);
            if (one != null) {
                chosen = chosen.with(one.slot(), one.name());
                there |= need.getKey().equals("matmul");
            }
        }
        return there ? chosen : null;
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

    private record Learning(String name, Trainer.Learner learner) implements Contestant {

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
