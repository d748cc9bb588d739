package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.integration.harness.EmbeddedWorkbench;
import org.llmsys.integration.inside.EngineSwaps;
import org.llmsys.integration.inside.Inventory;
import org.llmsys.integration.inside.NativeSwaps;

/** Between two tokens the product, or the whole engine, becomes native and Java's again: the text does not tell. */
class NativeSwapTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("a tiny model: matmul changes before each token, the engine after seven; who was chosen served, and the text keeps its ids")
    void tinyModel() {
        swapped(Map.of("tokens", 28));
    }

    @Test
    @DisplayName("stories260K: the same, and the text is llama2.c's to the byte")
    void oracle() throws Exception {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED does not name the folder with models and oracles");
        Path stories = Path.of(shared, "data", "models", "stories260K");
        String expected = Files.readString(Path.of(shared, "oracles", "stories260K", "greedy_once_upon_a_time_n100.txt"));
        List<?> written = swapped(Map.of("tokens", 60, "model", stories.resolve("stories260K.bin").toString(), "prompt", "Once upon a time"));
        String text = "Once upon a time" + written.get(1);
        assertTrue(text.length() > 150 && expected.startsWith(text), () -> text + " is not the beginning of " + expected);
    }

    @Test
    @DisplayName("the engine changes after each 1, 2, 3 or 7 tokens: ids, text, scores and the reason are those of one engine, stop texts too")
    void engines() {
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            Map<String, Object> result = workbench.inside(EngineSwaps.class, "");
            System.out.println("engine swaps: " + result);
            assertEquals(List.of(), result.get("different"));
            assertTrue((Integer) result.get("stopped") > 3, "too few stops to prove anything");
        }
    }

    /** @return ids and text of the sequence that was disturbed */
    private List<?> swapped(Map<String, Object> argument) {
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            Map<String, List<String>> house = workbench.inside(Inventory.class, "");
            Assumptions.assumeTrue(house.get("listed").contains("engine:autoregressive:native"),
                    "there is no native library: its build was left out");
            Map<String, Object> result = workbench.inside(NativeSwaps.class, argument);
            System.out.println("native swaps: " + result);
            assertEquals(result.get("calm"), result.get("swapped"));
            assertEquals(List.of(), result.get("events"), "no pause, no fault, no mixed step");
            @SuppressWarnings("unchecked")
            Map<String, Long> steps = (Map<String, Long>) result.get("steps");
            @SuppressWarnings("unchecked")
            Map<String, Long> written = (Map<String, Long>) result.get("written");
            // Java's steps are those of the tokens for which its engine was chosen, and no others: the rest was written in C++.
            assertEquals(written.get("single"), steps.values().stream().mapToLong(Long::longValue).sum(), result.toString());
            assertTrue(written.get("native") >= 14, result.toString());
            for (String name : List.of("native", "vector", "naive")) {
                assertTrue(steps.getOrDefault(name, 0L) >= 3, () -> name + " served too rarely: " + steps);
            }
            return (List<?>) result.get("swapped");
        }
    }
}
