package org.llmsys.training.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.assembly.Job;
import org.llmsys.files.AtomicFiles;
import org.llmsys.tensor.internal.SelfScheduledPool;
import org.llmsys.training.Presets;
import org.llmsys.training.Trainer.Result;

/** The whole of learning against a number from outside: PyTorch, given the same configuration and text, reached 1.914, 1.908 and 1.909. */
@Tag("long")
class LearnsShakespeareTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @DisplayName("char-small on Shakespeare: validation loss at most 1.94 after 2,000 steps, whatever the seed")
    @ValueSource(longs = {1, 2, 3})
    void reachesPyTorch(long seed) throws Exception {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED is not set");
        String text = Files.readString(Path.of(shared, "data/corpora/tinyshakespeare.txt"));
        try (SelfScheduledPool pool = SelfScheduledPool.of(2)) {
            Result result = new Bench(pool, AtomicFiles.ON_DISK).train(Presets.named(Presets.CHAR_SMALL).withSeed(seed), text,
                    folder.resolve("run"), false, Job.silent("train"));
            assertTrue(result.valLoss() <= 1.94, "validation loss " + result.valLoss());
        }
    }
}
