package org.llmsys.integration.inside;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import org.llmsys.assembly.Job;
import org.llmsys.assembly.StepListener;
import org.llmsys.autograd.Variable;
import org.llmsys.inference.GenerationOptions;
import org.llmsys.inference.GenerationSession;
import org.llmsys.inference.GenerationSession.GeneratedToken;
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.tensor.Tensor;
import org.llmsys.training.Presets;
import org.llmsys.training.Trainer;
import org.llmsys.training.TrainingConfig;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelPresets;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

/** Small deterministic work for the workbench, whose results say by their bits whether anything disturbed it. */
public final class TinyRuns {

    /** What the runs learn. */
    public static final String TEXT = """
            The lighthouse keeper wound the clock at noon, as her father had done.
            "Is it slow again?" asked the boy from the bakery, who had climbed all the stairs with the bread.
            "It is never slow," she said. "It waits for the ships."
            He looked out over the water, where two brown sails leaned toward the harbour.
            "And if no ship comes?" he asked.
            She gave him the key. "Then it waits for you. Turn it, softly, until it does not want to turn."
            He turned it, and below them the bell began to count the hours of a grey and quiet afternoon.
            By evening the wind had gone round to the north, and everyone in the village smelled snow.
            """;

    /** The model that writes: not trained, so its distributions are broad and its draws tell small differences. */
    private static final long MODEL_SEED = 7;

    private final House house;

    public TinyRuns(House house) {
        this.house = house;
    }

    /**
     * Trains preset tiny on {@link #TEXT}.
     *
     * @return the loss of each report, as the bits of a double, and a digest of all weights
     */
    public List<String> train(long steps, long seed, Job job, StepListener listener) {
        TrainingConfig config = Presets.named("tiny").withSteps(steps).withSeed(seed).changed("reportEvery", 5L).changed("saveEvery", steps);
        List<String> results = new ArrayList<>();
        Path folder = temporaryFolder();
        try {
            Trainer.Result result = house.service(Trainer.class).train(config, TEXT, folder.resolve("model"), false, job,
                    report -> results.add(report.step() + " " + bits(report.trainLoss()) + " " + bits(report.valLoss())), listener);
            results.add("weights " + digest(result.model().model().weights()));
            return results;
        } finally {
            delete(folder);
        }
    }

    /** Writes a sequence longer than the context. @return its ids */
    public List<Integer> write(LoadedModel model, int tokens, long seed, StepListener listener) {
        GenerationOptions options = new GenerationOptions(tokens, "categorical", List.of(), seed, List.of()).sliding();
        List<Integer> ids = new ArrayList<>();
        try (GenerationSession session = house.service(InferenceEngine.class).open(model, new int[] {1, 20, 3}, options, listener)) {
            for (GeneratedToken token = session.next(); token != null; token = session.next()) {
                ids.add(token.id());
            }
        }
        return ids;
    }

    /** A model of preset tiny with first weights. */
    public static LoadedModel model() {
        ModelConfig config = ModelPresets.named("tiny");
        return new LoadedModel("tiny", new TransformerModel(config, ModelWeights.initialize(config, MODEL_SEED)), null);
    }

    /** SHA-256 over the bits of every weight, in model order. */
    public static String digest(ModelWeights weights) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (Variable weight : weights.all().values()) {
                Tensor value = weight.value();
                ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(4 * value.size()));
                bytes.asFloatBuffer().put(value.floats(), value.floatOffset(), Math.toIntExact(value.size()));
                sha.update(bytes);
            }
            return HexFormat.of().formatHex(sha.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String bits(double value) {
        return String.format("%.9f:%016x", value, Double.doubleToRawLongBits(value));
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("tiny");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
