package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.integration.harness.EmbeddedWorkbench;
import org.llmsys.integration.inside.Inventory;
import org.llmsys.integration.inside.TinyWork;

class UpdateTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"org.llmsys.matmul", "org.llmsys.normalization", "org.llmsys.sampling"})
    @DisplayName("a bundle that exports its interface is updated without a refresh: its new providers serve those who use the old interface")
    void updateWithoutRefresh(String bundle) {
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            workbench.stop("org.llmsys.vector");                 // so that the updated bundle has to serve
            Map<String, List<String>> before = workbench.inside(Inventory.class, "");
            Object calm = workbench.inside(TinyWork.class, Map.of("work", "train")).get("result");
            Object tokens = workbench.inside(TinyWork.class, Map.of("work", "write")).get("result");
            assertNotEquals(null, calm);

            workbench.update(bundle);

            assertEquals(before.get("listed"), workbench.inside(Inventory.class, "").get("listed"));
            Map<String, Object> trained = workbench.inside(TinyWork.class, Map.of("work", "train"));
            assertEquals("", trained.get("failure"));
            assertEquals(calm, trained.get("result"));
            assertEquals(List.of(), trained.get("events"));
            assertEquals(tokens, workbench.inside(TinyWork.class, Map.of("work", "write")).get("result"));
        }
    }
}
