package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.integration.harness.ChildJvm;
import org.llmsys.integration.harness.EmbeddedWorkbench;
import org.llmsys.integration.inside.Inventory;

class WorkbenchStartsTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("every bundle starts, no component lacks anything, and room 00 lists every provider in its slot")
    void startsWhole() {
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            Map<String, List<String>> inventory = workbench.inside(Inventory.class, "");
            assertEquals(List.of(), inventory.get("bundles").stream().filter(bundle -> !bundle.endsWith("=ACTIVE")).toList());
            assertEquals(List.of(), inventory.get("unsatisfied"));
            assertEquals(List.of(), inventory.get("silent"), "a provider that extends a class must name its service in @Component");
            assertEquals(inventory.get("services"), inventory.get("listed"));
            assertTrue(inventory.get("listed").containsAll(List.of("matmul:matmul:naive", "matmul:matmul:tiled", "matmul:matmul:parallel",
                    "matmul:matmul:vector")), inventory.get("listed").toString());
            assertEquals(inventory.get("listed").size(), inventory.get("listed").stream().distinct().count(), "a name is unique in its slot");
            assertTrue(inventory.get("slots").containsAll(List.of("allocator", "elementwise", "matmul", "tape", "activation", "loss", "embedding",
                    "tokenizer", "position", "attention", "cache", "normalization", "feedforward", "block", "sampler", "filter", "engine", "format",
                    "optimizer", "schedule", "batches")), inventory.get("slots").toString());
        }
    }

    @Test
    @DisplayName("without the vector module's flag its bundle stays INSTALLED, and everything else serves")
    void startsWithoutVector() throws Exception {
        String output = ChildJvm.run(List.of("--enable-native-access=ALL-UNNAMED"), InventoryInAnotherJvm.class, folder.toString());
        List<String> lines = output.lines().toList();
        assertTrue(lines.contains("org.llmsys.vector=INSTALLED"), output);
        assertEquals(List.of("org.llmsys.vector=INSTALLED"), lines.stream().filter(line -> line.contains("=") && !line.endsWith("=ACTIVE")).toList());
        assertTrue(lines.contains("matmul:matmul:parallel"), output);
        assertTrue(lines.stream().noneMatch(line -> line.endsWith(":vector")), output);
    }

    /** Prints the inventory. */
    static final class InventoryInAnotherJvm {

        private InventoryInAnotherJvm() {
        }

        public static void main(String[] arguments) {
            try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(Path.of(arguments[0]))) {
                Map<String, List<String>> inventory = workbench.inside(Inventory.class, "");
                inventory.get("bundles").forEach(System.out::println);
                inventory.get("listed").forEach(System.out::println);
            }
        }
    }
}
