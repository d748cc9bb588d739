package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.integration.harness.EmbeddedWorkbench;
import org.llmsys.integration.inside.MixedSteps;

class MixedStepsTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("no step calls two implementations of matmul, however fast the choice changes")
    void leasesHold() {
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            Map<String, Long> found = workbench.inside(MixedSteps.class, "lease");
            assertEquals(0, found.get("mixed"), found.toString());
            assertTrue(found.get("steps") >= 400 && found.get("swaps") >= 20, found.toString());
        }
    }

    @Test
    @DisplayName("control: a kernel that reads the choice at every call does mix, so the test above can fail")
    void readingAtEveryCallMixes() {
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            Map<String, Long> found = workbench.inside(MixedSteps.class, "every call");
            assertTrue(found.get("mixed") > 0, found.toString());
        }
    }
}
