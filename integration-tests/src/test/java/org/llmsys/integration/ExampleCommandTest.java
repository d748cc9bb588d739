package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.integration.harness.BundleFactory;
import org.llmsys.integration.harness.CommandLine;
import org.llmsys.integration.harness.CommandLine.Result;
import org.llmsys.integration.inside.TinyRuns;
import org.llmsys.integration.providers.CoinExample;

/** The worked examples, run as a person runs them. */
class ExampleCommandTest {

    private static final int FAILED = 1;
    private static final int MISUSED = 2;
    private static final List<String> NAMES = List.of("char-rnn", "mnist", "spirals", "transfer", "xor");

    @TempDir
    static Path folder;
    private static CommandLine llmsys;

    @BeforeAll
    static void write() throws IOException {
        Assumptions.assumeTrue(CommandLine.isBuilt(), "the launcher is not built: mvn -pl launcher -am package");
        llmsys = new CommandLine(folder);
        Files.writeString(folder.resolve("book.txt"), TinyRuns.TEXT.repeat(3));
        byte[] pixels = new byte[60 * 16 * 16];
        new Random(1).nextBytes(pixels);
        byte[] labels = new byte[60];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) (i % 10);
        }
        Files.write(folder.resolve("images.idx"), ByteBuffer.allocate(16 + pixels.length).put(new byte[] {0, 0, 8, 3}).putInt(60).putInt(16).putInt(16)
                .put(pixels).array());
        Files.write(folder.resolve("labels.idx"), ByteBuffer.allocate(8 + labels.length).put(new byte[] {0, 0, 8, 1}).putInt(60).put(labels).array());
    }

    private static List<JsonObject> reports(String... words) {
        Result result = llmsys.run(words);
        assertEquals(0, result.exit(), result.err());
        return result.out().lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    }

    private static void refused(int exit, String mentions, String... words) {
        Result result = llmsys.run(words);
        assertEquals(exit, result.exit(), result.err());
        assertEquals(3, result.err().lines().filter(line -> line.matches("(error|why|fix): .*")).count(), result.err());
        assertTrue(result.err().contains(mentions), result.err());
        assertFalse(result.err().contains("\tat "), result.err());
    }

    @Test
    @DisplayName("without a name it lists the examples, as a table and as JSON with their options")
    void list() {
        Result table = llmsys.run("example");
        assertEquals(0, table.exit(), table.err());
        NAMES.forEach(name -> assertTrue(table.out().contains("\n" + name + " "), table.out()));
        List<String> names = new ArrayList<>();
        for (JsonElement example : JsonParser.parseString(llmsys.run("example", "--json").lastLine()).getAsJsonArray()) {
            names.add(example.getAsJsonObject().get("name").getAsString());
            assertFalse(example.getAsJsonObject().getAsJsonArray("options").isEmpty());
        }
        assertEquals(NAMES, names);
    }

    @Test
    @DisplayName("xor learns, and to the last digit the same with another matrix multiplication; one number at a time it learns too")
    void xor() {
        List<JsonObject> reports = reports("example", "xor", "--json", "--steps", "600");
        assertTrue(reports.getLast().get("learned").getAsBoolean(), reports.toString());
        assertEquals(0, llmsys.run("use", "matmul", "naive").exit());
        assertEquals(reports, reports("example", "xor", "--json", "--steps", "600"));
        assertEquals(0, llmsys.run("use", "matmul", "auto").exit());
        assertTrue(reports("example", "xor", "--scalar", "--json", "--steps", "600").getLast().get("learned").getAsBoolean());
    }

    @Test
    @DisplayName("spirals paints a picture, mnist a sheet of mistakes and the weights, char-rnn writes a text; transfer says that nothing frozen moved")
    void others() throws IOException {
        reports("example", "spirals", "--json", "--steps", "30", "--png", "spirals.png");
        assertEquals(480, ImageIO.read(folder.resolve("spirals.png").toFile()).getWidth());

        List<JsonObject> mnist = reports("example", "mnist", "--json", "--images", "images.idx", "--labels", "labels.idx", "--epochs", "2", "--cnn", "--png",
                "mistakes.png", "--out", "digits");
        assertEquals(3, mnist.size());
        assertEquals("cnn", mnist.getLast().get("network").getAsString());
        assertTrue(ImageIO.read(folder.resolve("mistakes.png").toFile()).getWidth() > 100);
        assertTrue(Files.size(folder.resolve("digits").resolve("digits.safetensors")) > 1000);

        JsonObject text = reports("example", "char-rnn", "--json", "--text", "book.txt", "--cell", "rnn", "--steps", "3").getLast();
        assertEquals(400, text.get("text").getAsString().codePointCount(0, text.get("text").getAsString().length()));

        assertTrue(reports("example", "transfer", "--json", "--images", "images.idx", "--labels", "labels.idx", "--epochs", "1").getLast()
                .get("frozenUnchanged").getAsBoolean());
    }

    @Test
    @DisplayName("char-rnn learns the shipped stories when no text is given")
    void shippedStories() {
        assertTrue(reports("example", "char-rnn", "--json", "--steps", "1").getFirst().get("trainLoss").getAsDouble() > 3);
    }

    @Test
    @DisplayName("a mistyped name, an option of another example, a missing or damaged file: said why")
    void refusals() throws IOException {
        refused(MISUSED, "did you mean xor?", "example", "xr");
        refused(MISUSED, "--scalar", "example", "xor", "--cnn");
        refused(MISUSED, "--steps", "example", "xor", "--steps", "0");
        refused(MISUSED, "--images", "example", "mnist", "--labels", "labels.idx");
        refused(FAILED, "none.idx", "example", "mnist", "--images", "none.idx", "--labels", "labels.idx");
        byte[] images = Files.readAllBytes(folder.resolve("images.idx"));
        Files.write(folder.resolve("cut.idx"), Arrays.copyOf(images, images.length - 1));
        refused(FAILED, "60 x 16 x 16", "example", "mnist", "--images", "cut.idx", "--labels", "labels.idx");
    }

    @Test
    @DisplayName("a bundle that comes while the workbench runs brings an example of its own; its options are checked too")
    void plugin() {
        refused(MISUSED, "there is no example coin", "example", "coin");
        String start = "start file:" + BundleFactory.ofComponents(folder, CoinExample.class);
        Result coin = llmsys.run("exec", start + "; example coin --json --seed 1; example coin");
        assertEquals(0, coin.exit(), coin.err());
        assertEquals(List.of("{\"heads\": true}", "heads"), coin.out().lines().filter(line -> line.contains("heads")).toList());
        refused(MISUSED, "its options are --seed and --json", "exec", start + "; example coin --cnn");
    }

    @Test
    @DisplayName("Ctrl-C ends an example at once, with status 130 and without a stack trace")
    void interrupted() throws Exception {
        Path err = folder.resolve("interrupted.txt");
        Path out = folder.resolve("interrupted-out.txt");
        Process process = llmsys.start(out, err, "example", "spirals", "--steps", "1000000");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.readString(out).contains("step     1") && process.isAlive() && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "Ctrl-C does not end it");
        assertEquals(130, process.exitValue());
        assertFalse(Files.readString(err).contains("\tat "), Files.readString(err));
    }
}
