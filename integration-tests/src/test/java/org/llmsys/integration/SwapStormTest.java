package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.integration.harness.EmbeddedWorkbench;
import org.llmsys.integration.inside.Storm;

class SwapStormTest {

    private static final int PER_SECOND = 100;

    @TempDir
    Path folder;

    @Test
    @DisplayName("200 swaps of matmul, in four ways, under training and generation: no step fails or mixes, all results keep their bits")
    void shortStorm() {
        storm(2);
    }

    @Test
    @Tag("long")
    @DisplayName("the same for 2000 swaps, 100 a second")
    void longStorm() {
        storm(20);
    }

    private void storm(int seconds) {
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            Map<String, Object> storm = workbench.inside(Storm.class, Map.of("swaps", seconds * PER_SECOND, "perSecond", PER_SECOND));
            System.out.println("storm: " + storm);

            assertEquals(List.of(), storm.get("wrong"), storm.toString());
            assertEquals(0, storm.get("restarts"), "a consumer was restarted");
            List<?> unwanted = ((List<?>) storm.get("events")).stream().filter(event -> !event.toString().startsWith("repeated")).toList();
            assertEquals(List.of(), unwanted, "no pause, no quarantine, no mixed step");
            @SuppressWarnings("unchecked")
            Map<String, Long> steps = (Map<String, Long>) storm.get("steps");
            long all = steps.values().stream().mapToLong(Long::longValue).sum();
            assertTrue(all >= 10L * seconds, () -> "too few steps to prove anything: " + steps);
            for (String name : List.of("naive", "tiled", "parallel", "vector")) {
                assertTrue(steps.getOrDefault(name, 0L) >= all / 20, () -> name + " served too rarely: " + steps);
            }
        }
    }
}
