package org.llmsys.training.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.training.Dataset;
import org.llmsys.training.Trainer.Learner;
import org.llmsys.training.Trainer.Report;
import org.llmsys.training.Trainer.Result;
import org.llmsys.training.TrainingConfig;
import org.llmsys.training.data.TokenSource;

class SingleStepsTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("the steps of a learner are those of a run with the same configuration: the same losses, bit for bit")
    void asInARun() {
        Bench bench = new Bench();
        TrainingConfig config = Bench.config(6).changed("reportEvery", 1L);
        Result run = bench.train(config, folder.resolve("run"));
        TrainingConfig complete = config.withVocabSize(run.model().tokenizer().vocabSize());
        TokenSource ids = Dataset.of(Bench.TEXT, run.model().tokenizer(), config.validation(), config.model().contextLength()).training();
        List<Double> losses = new ArrayList<>();
        try (Learner learner = new Bench().trainer.learner(complete, ids, StepListener.NONE)) {
            for (int step = 0; step < 6; step++) {
                losses.add(learner.step());
            }
            assertTrue(Double.isFinite(learner.step()), "it goes on after the last step of the configuration");
        }
        assertEquals(bench.reports.stream().map(Report::trainLoss).toList(), losses);
    }

    @Test
    @DisplayName("ids that do not fill a window, and an unknown optimizer, are refused")
    void refused() {
        TrainingConfig config = Bench.config(1).withVocabSize(5);
        assertThrows(Problem.class, () -> new Bench().trainer.learner(config, new int[8], StepListener.NONE));
        assertThrows(Problem.class, () -> new Bench().trainer.learner(config.changed("optimizer", "adamv"), new int[9], StepListener.NONE));
    }
}
