package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.integration.harness.EmbeddedWorkbench;
import org.llmsys.integration.inside.TinyWork;

class DeterminismTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("the same seed gives the same losses, weights and tokens, bit for bit, with 1, 2 and 4 threads and after a restart")
    void threadsDoNotCount() {
        Map<String, Object> tokens = new LinkedHashMap<>();
        Map<String, Object> losses = new LinkedHashMap<>();
        for (String threads : new String[] {"1", "2", "4", "1"}) {
            try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder, Map.of("llmsys.threads", threads))) {
                Object written = workbench.inside(TinyWork.class, Map.of("work", "write")).get("result");
                Object trained = workbench.inside(TinyWork.class, Map.of("work", "train")).get("result");
                assertNotEquals(null, written);
                assertNotEquals(null, trained);
                tokens.putIfAbsent("first", written);
                losses.putIfAbsent("first", trained);
                assertEquals(tokens.get("first"), written, threads + " threads");
                assertEquals(losses.get("first"), trained, threads + " threads");
            }
        }
    }
}
