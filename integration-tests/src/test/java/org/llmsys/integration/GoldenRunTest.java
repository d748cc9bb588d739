package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.integration.harness.EmbeddedWorkbench;
import org.llmsys.integration.inside.GoldenRun;

class GoldenRunTest {

    /** Transcendental functions of the JDK may differ in the last place from machine to machine. */
    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path folder;

    @Test
    @DisplayName("20 steps of preset tiny give the losses that are written down")
    void lossesAreKnown() throws Exception {
        List<String> golden = Files.readAllLines(Path.of("src/test/resources/golden/tiny-20-steps.txt")).stream()
                .filter(line -> !line.startsWith("#")).toList();
        try (EmbeddedWorkbench workbench = EmbeddedWorkbench.start(folder)) {
            List<String> losses = workbench.inside(GoldenRun.class, "");
            System.out.println("golden run: " + losses);
            assertEquals(golden.size(), losses.size());
            for (int i = 0; i < golden.size(); i++) {
                String[] expected = golden.get(i).split(" ");
                String[] actual = losses.get(i).split(" ");
                assertEquals(expected[0], actual[0], "step");
                assertEquals(Double.parseDouble(expected[1]), Double.parseDouble(actual[1]), TOLERANCE, "training loss of step " + expected[0]);
                assertEquals(Double.parseDouble(expected[2]), Double.parseDouble(actual[2]), TOLERANCE, "validation loss of step " + expected[0]);
            }
        }
    }
}
