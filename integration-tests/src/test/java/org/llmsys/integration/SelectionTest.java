package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.integration.harness.EmbeddedWorkbench;
import org.llmsys.integration.inside.Selecting;

class SelectionTest {

    private static final List<String> NOTHING = List.of();

    @TempDir
    Path folder;

    @Test
    @DisplayName("a choice takes effect at once and is kept over a restart; an experiment ends with the workbench")
    void keptOverRestart() {
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            Map<String, String> chosen = workbench.inside(Selecting.class, List.of("use matmul naive", "experiment normalization rmsnorm"));
            assertEquals(Map.of("selections", "{matmul=naive}", "experiments", "{normalization=rmsnorm}", "matmul", "naive"), chosen);
        }
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            Map<String, String> kept = Map.of("selections", "{matmul=naive}", "experiments", "{}", "matmul", "naive");
            assertEquals(kept, workbench.inside(Selecting.class, NOTHING));
            assertEquals("vector", workbench.inside(Selecting.class, List.of("use matmul auto")).get("matmul"));
        }
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            assertEquals("{}", workbench.inside(Selecting.class, NOTHING).get("selections"), "auto is kept too");
        }
    }

    @Test
    @DisplayName("of 300 quick choices the last one wins, and its echoes from the configuration change nothing, nor does a restart")
    void echoesAreIgnored() throws InterruptedException {
        List<String> quick = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            quick.addAll(List.of("use matmul naive", "use matmul vector", "use matmul tiled"));
        }
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            assertEquals("tiled", workbench.inside(Selecting.class, quick).get("matmul"));
            for (int i = 0; i < 20; i++) {
                Thread.sleep(25);                               // echoes come on another thread, some time later
                assertEquals("tiled", workbench.inside(Selecting.class, NOTHING).get("matmul"));
            }
        }
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            assertEquals("tiled", workbench.inside(Selecting.class, NOTHING).get("matmul"));
        }
    }

    @Test
    @DisplayName("a choice that is absent is kept, another serves meanwhile, and it serves again when it returns")
    void absentChoice() {
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            workbench.inside(Selecting.class, List.of("use matmul vector"));
            workbench.stop("org.llmsys.bindings");                  // where the native engine is built it would come before parallel
            workbench.stop("org.llmsys.vector");
            assertEquals(Map.of("selections", "{matmul=vector}", "experiments", "{}", "matmul", "parallel"), workbench.inside(Selecting.class, NOTHING));
            workbench.start("org.llmsys.vector");
            assertEquals("vector", workbench.inside(Selecting.class, NOTHING).get("matmul"));
        }
    }
}
