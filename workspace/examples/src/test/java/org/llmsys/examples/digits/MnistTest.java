package org.llmsys.examples.digits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.examples.Examples;
import org.llmsys.examples.RecordingNotebook;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.tensor.WorkerPool;

class MnistTest {

    @TempDir
    static Path folder;

    @BeforeAll
    static void write() throws IOException {
        SegmentDigits.write(folder, 1200, 1);
    }

    private static Object[] with(Object... more) {
        return Stream.concat(Stream.of("images", folder.resolve("images.idx"), "labels", folder.resolve("labels.idx")), Arrays.stream(more)).toArray();
    }

    @Test
    @DisplayName("the plain network learns calculator digits; the confusion adds up, the sheet of mistakes and the weights can be read")
    void plain() throws IOException {
        Path png = folder.resolve("mistakes.png");
        Path out = folder.resolve("weights");
        RecordingNotebook notebook = Examples.run(Mnist::new, with("epochs", 10, "png", png, "out", out));
        assertTrue(notebook.result("accuracy") > 0.95, notebook.text());
        assertEquals(120, ((List<?>) notebook.reports().getLast().get("confusion")).stream().flatMap(row -> ((List<?>) row).stream())
                .mapToInt(count -> (Integer) count).sum());
        assertEquals(11, notebook.reports().size());
        assertNotNull(ImageIO.read(png.toFile()));
        assertEquals(List.of("features.fc.bias", "features.fc.weight", "head.bias", "head.weight"), SafetensorsReader
                .read(out.resolve("digits.safetensors"), SafetensorsReader.NumberCheck.FINITE).tensors().keySet().stream().sorted().toList());
    }

    @Test
    @DisplayName("the convolutional network learns them too")
    void convolutional() throws IOException {
        RecordingNotebook notebook = Examples.run(Mnist::new, with("epochs", 8, "cnn", ""));
        assertTrue(notebook.result("accuracy") > 0.95, notebook.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlp", "cnn"})
    @DisplayName("the same seed gives the same reports with one, two and four threads")
    void deterministic(String network) throws IOException {
        Object[] options = network.equals("cnn") ? with("epochs", 1, "cnn", "") : with("epochs", 1);
        var once = Examples.reports(1, Mnist::new, options);
        assertEquals(once, Examples.reports(2, Mnist::new, options));
        assertEquals(once, Examples.reports(4, Mnist::new, options));
    }

    @Test
    @DisplayName("it stops in the middle of an epoch when it is asked to")
    void stops() {
        assertThrows(CancellationException.class, () -> Examples.run(Mnist::new, WorkerPool.SERIAL, new RecordingNotebook().stopAfter(200), with()));
    }

    @Test
    @DisplayName("transfer: the frozen features keep every bit, the new head moves, the weights are saved")
    void transfer() throws IOException {
        RecordingNotebook notebook = Examples.run(Transfer::new, with("epochs", 3, "out", folder.resolve("transfer")));
        assertEquals(true, notebook.reports().getLast().get("frozenUnchanged"), notebook.text());
        assertEquals(true, notebook.reports().getLast().get("headChanged"), notebook.text());
        assertEquals(25.0, notebook.result("learned"));
        assertTrue(Files.size(folder.resolve("transfer").resolve("transfer.safetensors")) > 0);
    }

    // ---- the real digits --------------------------------------------------------------------------------------------------------------

    private static Object[] mnist(Object... more) {
        String shared = System.getenv("LLMSYS_SHARED");
        Assumptions.assumeTrue(shared != null, "LLMSYS_SHARED names no folder with data/mnist");
        Path digits = Path.of(shared, "data", "mnist");
        Assumptions.assumeTrue(Files.isDirectory(digits), digits + " is missing");
        return Stream.concat(Stream.of("images", digits.resolve("t10k-images-idx3-ubyte.gz"), "labels", digits.resolve("t10k-labels-idx1-ubyte.gz")),
                Arrays.stream(more)).toArray();
    }

    @Test
    @DisplayName("the real digits: after one epoch the plain network is right nine times of ten")
    void realDigitsSmoke() throws IOException {
        RecordingNotebook notebook = Examples.run(Mnist::new, mnist("epochs", 1));
        assertEquals(9000.0, notebook.result("learned"));
        assertEquals(1000.0, notebook.result("tested"));
        assertTrue(notebook.result("accuracy") > 0.9, notebook.text());
    }

    @ParameterizedTest
    @Tag("long")
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("the real digits: the plain network reaches 95 % from 9,000, the convolutional one 97 %, whatever the seed")
    void realDigits(long seed) throws IOException {
        try (WorkerPool pool = WorkerPool.of(2)) {
            RecordingNotebook plain = Examples.run(Mnist::new, pool, new RecordingNotebook(), mnist("seed", seed));
            assertTrue(plain.result("accuracy") >= 0.95, plain.text());
            RecordingNotebook convolutional = Examples.run(Mnist::new, pool, new RecordingNotebook(), mnist("seed", seed, "cnn", ""));
            assertTrue(convolutional.result("accuracy") >= 0.97, convolutional.text());
        }
    }

    @ParameterizedTest
    @Tag("long")
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("the real digits: five of each are enough for a new head, and not for a new network")
    void realTransfer(long seed) throws IOException {
        RecordingNotebook notebook = Examples.run(Transfer::new, mnist("seed", seed));
        assertEquals(true, notebook.reports().getLast().get("frozenUnchanged"));
        assertTrue(notebook.result("transferAccuracy") > notebook.result("scratchAccuracy"), notebook.text());
    }
}
