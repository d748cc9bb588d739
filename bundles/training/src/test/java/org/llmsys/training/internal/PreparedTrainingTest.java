package org.llmsys.training.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.tokenizer.internal.CharTokenizerType;
import org.llmsys.training.Checkpoint;
import org.llmsys.training.Trainer.Report;
import org.llmsys.training.Trainer.Result;
import org.llmsys.training.TrainingConfig;
import org.llmsys.training.data.CorpusPreparation;
import org.llmsys.training.data.CorpusSettings;
import org.llmsys.training.data.DocumentSeparator;
import org.llmsys.training.data.PreparedData;
import org.llmsys.training.data.TextInput;

class PreparedTrainingTest {

    @TempDir
    Path folder;

    private PreparedData prepared(String text, CorpusSettings settings, String name) throws IOException {
        Path file = Files.writeString(folder.resolve(name + ".txt"), text);
        Tokenizer tokenizer = new CharTokenizerType().train(Bench.TEXT, TrainingSettings.DEFAULTS, Job.silent("train"));
        new CorpusPreparation(tokenizer, settings).prepare(TextInput.of(file), folder.resolve(name), Job.silent("prepare"));
        return PreparedData.open(folder.resolve(name));
    }

    private Result train(Bench bench, TrainingConfig config, PreparedData data, String out, boolean resume, Job job) {
        return bench.trainer.train(config, data, folder.resolve(out), resume, job, bench.reports::add, StepListener.NONE);
    }

    private static List<Double> losses(Bench bench) {
        return bench.reports.stream().map(Report::trainLoss).toList();
    }

    private static void assertSameWeights(Result expected, Result actual) {
        expected.model().model().weights().all().forEach((name, weight) -> assertArrayEquals(weight.value().floats(),
                actual.model().model().weights().all().get(name).value().floats(), name));
    }

    @Test
    @DisplayName("one document in many small shards gives the weights and losses of its text, bit for bit")
    void sameAsText() throws IOException {
        Bench ofText = new Bench();
        Result text = ofText.train(Bench.config(12), folder.resolve("text"));
        Bench ofData = new Bench();
        try (PreparedData data = prepared(Bench.TEXT, CorpusSettings.DEFAULTS.withShardTokens(37), "data")) {
            Result shards = train(ofData, Bench.config(12), data, "shards", false, Job.silent("train"));
            assertSameWeights(text, shards);
            assertEquals(text.valLoss(), shards.valLoss());
            assertEquals(losses(ofText), losses(ofData));
            assertEquals(shards.valLoss(), ofData.trainer.evaluate(shards.model(), data.validation(), Job.silent("eval")).loss());
        }
    }

    @Test
    @DisplayName("with shuffled windows within documents, the short ones kept, a stopped and resumed run gives what one gives that never stopped")
    void resumes() throws IOException {
        TrainingConfig config = Bench.config(20).changed("batches", "shuffled-windows").changed("stride", 5).changed("keepRest", true)
                .changed("withinDocuments", true);
        CorpusSettings settings = CorpusSettings.DEFAULTS.withSeparator(DocumentSeparator.of(". ")).withShuffle(true, 3);
        try (PreparedData data = prepared(Bench.TEXT, settings, "data"); PreparedData other = prepared(Bench.TEXT, settings.withShuffle(true, 4),
                "other")) {
            Bench whole = new Bench();
            Result straight = train(whole, config, data, "straight", false, Job.silent("train"));
            assertThrows(CancellationException.class, () -> train(new Bench(), config, data, "halved", false, Bench.cancelledAfter(7)));
            assertEquals(7, Checkpoint.find(folder.resolve("halved")).orElseThrow().step());
            Problem refused = assertThrows(Problem.class, () -> train(new Bench(), config, other, "halved", true, Job.silent("train")));
            assertTrue(refused.why().contains("the data is other data"), refused.text());
            Bench after = new Bench();
            Result resumed = train(after, config, data, "halved", true, Job.silent("train"));
            assertSameWeights(straight, resumed);
            assertEquals(straight.valLoss(), resumed.valLoss());
            assertTrue(whole.reports.getLast().trainLoss() < whole.reports.getFirst().trainLoss());

            Bench across = new Bench();
            train(across, config.changed("withinDocuments", false), data, "across", false, Job.silent("train"));
            assertNotEquals(losses(whole), losses(across));
        }
    }

    @Test
    @DisplayName("data too short for a window, a stride beyond the context and documents without a window are refused with a reason")
    void refused() throws IOException {
        try (PreparedData data = prepared(Bench.TEXT.substring(0, 60), CorpusSettings.DEFAULTS, "data")) {
            assertTrue(assertThrows(Problem.class, () -> train(new Bench(), Bench.config(3), data, "a", false,
                    Job.silent("train"))).why().contains("validation"));
            assertThrows(Problem.class, () -> train(new Bench(), Bench.config(3).changed("stride", 9), data, "a", false, Job.silent("train")));
        }
        CorpusSettings words = CorpusSettings.DEFAULTS.withSeparator(DocumentSeparator.of(" "));
        try (PreparedData data = prepared(Bench.TEXT, words, "words")) {
            Problem none = assertThrows(Problem.class, () -> train(new Bench(), Bench.config(3).changed("withinDocuments", true), data, "a", false,
                    Job.silent("train")));
            assertTrue(none.why().contains("documents"), none.text());
        }
    }
}
