package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.integration.harness.EmbeddedWorkbench;
import org.llmsys.integration.inside.Pause;

class PauseTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"write", "train"})
    @DisplayName("when the last normalization goes, the job pauses and says for what; when one returns it goes on, and loses no bit")
    void pausesAndGoesOn(String work) {
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            Map<String, Object> outcome = workbench.inside(Pause.class, work);
            assertEquals(List.of("paused normalization:layernorm", "resumed normalization:layernorm"), outcome.get("events"));
            assertEquals(0L, outcome.get("stepsInPause"));
            assertEquals(outcome.get("calm"), outcome.get("paused"));
        }
    }
}
