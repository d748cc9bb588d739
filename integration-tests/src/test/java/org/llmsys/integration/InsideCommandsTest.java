package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.files.SafetensorsReader;
import org.llmsys.integration.harness.CommandLine;
import org.llmsys.integration.harness.Said;
import org.llmsys.integration.harness.TinyLlama;
import org.llmsys.tensor.Tensor;

/** The commands that look inside a model, as a person runs them: what they print is whole, what they draw can be opened, what is wrong is said. */
class InsideCommandsTest {

    private static final String PROMPT = "The light waits";

    @TempDir
    static Path folder;
    private static CommandLine llmsys;
    private static TinyLlama llama;
    private static int tokens;

    @BeforeAll
    static void make() throws IOException {
        Assumptions.assumeTrue(CommandLine.isBuilt(), "the launcher is not built: mvn -pl launcher -am package");
        llmsys = new CommandLine(folder);
        llama = TinyLlama.make(llmsys, folder);
        tokens = Said.object(llmsys.run("tokenize", "--model", llama.bin(), "--json", PROMPT), "ids").getAsJsonArray("ids").size();
    }

    private static String[] line(String command, String model, String... more) {
        List<String> words = new ArrayList<>(List.of(command, "--model", model, "--prompt", PROMPT, "--json"));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private static JsonObject look(String command, String model, String[] fields, String... more) {
        return Said.object(llmsys.run(line(command, model, more)), fields);
    }

    private static String[] fields(String list) {
        return list.split(" ");
    }

    // ---- numbers ----------------------------------------------------------------------------------------------------------------

    @Test
    @DisplayName("step --json writes, token by token, what generate writes, and gives the reasons")
    void step() {
        JsonArray written = look("generate", llama.bin(), fields("ids"), "--temperature", "0", "--max-tokens", "4").getAsJsonArray("ids");
        List<JsonObject> steps = Said.objects(llmsys.run(line("step", llama.bin(), "--temperature", "0", "--steps", "4")),
                fields("position id token text probability filteredProbability rank possible sampler why candidates filters"));
        assertEquals(4, steps.size());
        for (int i = 0; i < 4; i++) {
            assertEquals(written.get(i), steps.get(i).get("id"));
            assertEquals("greedy", steps.get(i).get("sampler").getAsString());
            assertEquals(tokens + i, steps.get(i).get("position").getAsInt());
        }
    }

    @Test
    @DisplayName("trace --out writes tensors that another program can read, of the shapes it says, and the last row of logits chooses generate's token")
    void trace() throws IOException {
        Path out = folder.resolve("trace");
        JsonObject trace = look("trace", llama.bin(), fields("model ids tokens places providers out"), "--hooks", "blocks.1.attn.hook_pattern,logits",
                "--out", out.toString());
        assertEquals(tokens, trace.getAsJsonArray("ids").size());
        assertTrue(Files.isRegularFile(out.resolve("trace.json")));
        var written = SafetensorsReader.read(out.resolve("trace.safetensors"), SafetensorsReader.NumberCheck.FINITE).tensors();
        assertEquals(2, written.size(), written.keySet().toString());
        for (JsonElement place : trace.getAsJsonArray("places")) {
            JsonObject one = place.getAsJsonObject();
            long[] shape = one.getAsJsonArray("shape").asList().stream().mapToLong(JsonElement::getAsLong).toArray();
            assertArrayEquals(shape, written.get(one.get("name").getAsString()).shape().extents(), one.toString());
        }
        Tensor logits = written.get("logits");                                                                     // (1,T,V)
        int best = 0;
        for (int id = 1; id < logits.shape().extent(2); id++) {
            best = logits.get(0, tokens - 1, id) > logits.get(0, tokens - 1, best) ? id : best;
        }
        assertEquals(best, look("generate", llama.bin(), fields("ids"), "--temperature", "0", "--max-tokens", "1").getAsJsonArray("ids").get(0).getAsInt());
    }

    @Test
    @DisplayName("logit-lens: its last layer guesses what saliency looks at; ablate: a part taken away changes the loss of the text")
    void lensAndAblate() {
        JsonObject lens = look("logit-lens", llama.bin(), fields("model ids tokens layers"), "--top", "2");
        JsonArray layers = lens.getAsJsonArray("layers");
        assertEquals(1 + TinyLlama.LAYERS, layers.size());
        JsonArray last = layers.get(TinyLlama.LAYERS).getAsJsonObject().getAsJsonArray("positions").get(tokens - 1).getAsJsonObject().getAsJsonArray("top");
        assertEquals(2, last.size());
        assertEquals(last.get(0).getAsJsonObject().get("id"), look("saliency", llama.bin(), fields("target")).get("target"));

        JsonObject ablated = look("ablate", llama.bin(), fields("model ids value target whole parts together"), "--heads", "0.0,1.3", "--mlp", "1");
        assertEquals(3, ablated.getAsJsonArray("parts").size());
        ablated.getAsJsonArray("parts").forEach(part -> assertTrue(part.getAsJsonObject().get("lossChange").getAsDouble() != 0, part.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "f16", "q8_0", "q4_0"})
    @DisplayName("saliency works through weights of every type: a finite number a token, by each method, and near those of the unrounded weights")
    void saliency(String type) {
        String model = switch (type) {
            case "q8_0" -> llama.q8();
            case "q4_0" -> llama.q4();
            case "f16" -> {
                String path = folder.resolve("f16.gguf").toString();
                assertEquals(0, llmsys.run("convert", "--model", llama.bin(), "--out", path, "--type", "f16", "--force").exit());
                yield path;
            }
            default -> llama.gguf();
        };
        double tolerance = switch (type) {
            case "q4_0" -> 0.5;
            case "q8_0" -> 0.05;
            default -> 2e-3;
        };
        for (String method : type.equals("q8_0") ? List.of("gradient", "gradient-x-input", "rollout") : List.of("gradient")) {
            String[] more = method.equals("rollout") ? new String[] {"--method", method} : new String[] {"--method", method, "--target", "id:300"};
            double[] exact = values(look("saliency", llama.bin(), fields("values"), more));
            double[] seen = values(look("saliency", model, fields("model method target targetToken logit ids tokens values"), more));
            assertEquals(tokens, seen.length);
            double largest = Arrays.stream(exact).map(Math::abs).max().orElseThrow();
            assertArrayEquals(exact, seen, tolerance * largest, method);
        }
    }

    private static double[] values(JsonObject saliency) {
        return saliency.getAsJsonArray("values").asList().stream().mapToDouble(JsonElement::getAsDouble).toArray();
    }

    @Test
    @DisplayName("attention: each row of each pattern adds up to 1 and looks at nothing that comes later")
    void attention() {
        JsonObject seen = look("attention", llama.q8(), fields("model ids tokens promptTokens kernel computedBy heads"));
        assertEquals(TinyLlama.LAYERS * TinyLlama.HEADS, seen.getAsJsonArray("heads").size());
        for (JsonElement head : seen.getAsJsonArray("heads")) {
            JsonArray pattern = head.getAsJsonObject().getAsJsonArray("pattern");
            for (int query = 0; query < tokens; query++) {
                double sum = 0;
                for (int key = 0; key < tokens; key++) {
                    double weight = pattern.get(query).getAsJsonArray().get(key).getAsDouble();
                    assertTrue(key <= query || weight == 0, head.toString());
                    sum += weight;
                }
                assertEquals(1, sum, 1e-5);
            }
        }
    }

    // ---- pictures ---------------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"logit-lens", "saliency", "attention"})
    @DisplayName("--png writes a picture with something on it")
    void pictures(String command) throws IOException {
        Path file = folder.resolve(command + ".png");
        look(command, llama.bin(), fields("model"), "--png", file.toString());
        BufferedImage picture = ImageIO.read(file.toFile());
        assertTrue(picture.getWidth() > 200 && picture.getHeight() > 50, picture.toString());
        assertTrue(Arrays.stream(picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth())).distinct().count() > 8);
    }

    @Test
    @DisplayName("--animate writes films with a frame for the prompt and one for each token, as GIF and as APNG")
    void films() throws IOException {
        Path gif = folder.resolve("film.gif");
        look("attention", llama.bin(), fields("ids"), "--animate", gif.toString(), "--max-tokens", "3");
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(gif.toFile())) {
            reader.setInput(in);
            assertEquals(4, reader.getNumImages(true));
            assertTrue(reader.read(3).getWidth() > 50);
        }
        Path png = folder.resolve("film.png");
        look("attention", llama.bin(), fields("ids"), "--animate", png.toString(), "--max-tokens", "2", "--layer", "1", "--head", "0");
        assertTrue(ImageIO.read(png.toFile()).getWidth() > 50, "a program that knows no APNG sees the first frame");
        byte[] bytes = Files.readAllBytes(png);
        int control = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("acTL");
        assertEquals(3, ByteBuffer.wrap(bytes).getInt(control + 4), "frames");
    }

    // ---- what goes wrong ----------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"2|step --model BIN|--prompt", "2|step --model BIN --prompt The --steps 0|--steps",
        "1|step --model BIN --text OUT.txt|out.txt", "2|trace --model BIN --hooks blocks.9.*|blocks.9.*", "1|trace --model OUT --prompt The|out",
        "2|logit-lens --model BIN --prompt The --colour pink|probability", "2|logit-lens --model BIN|--prompt",
        "2|saliency --model BIN --prompt The --target id:99999|99999", "2|saliency --model Q8 --prompt The --method gradiant|gradient",
        "1|saliency --model OUT.gguf --prompt The|out.gguf", "2|ablate --model BIN --prompt The|--heads",
        "2|ablate --model BIN --prompt The --heads 9.9|9", "2|ablate --model BIN --prompt The --heads banana|banana",
        "2|attention --model BIN --prompt The --layer 7|7", "2|attention --model BIN --prompt The --animate OUT.mp4|.gif"})
    @DisplayName("wrong options, places, parts and files: the right exit status, three lines, no data, nothing written")
    void refusals(int exit, String line, String mentions) {
        String there = line.replace("BIN", llama.bin()).replace("Q8", llama.q8()).replace("OUT", folder.resolve("out").toString());
        Said.refused(exit, mentions, llmsys.run(there.split(" ")));
        assertFalse(Files.exists(folder.resolve("out.mp4")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"generate", "step", "trace", "logit-lens", "saliency", "attention", "ablate --all", "compare-logits current matmul=naive"})
    @DisplayName("an empty prompt is wrong use, said before anything is computed")
    void emptyPrompt(String command) {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.addAll(List.of("--model", llama.folder(), "--prompt", ""));
        Said.refused(2, "prompt", llmsys.run(words.toArray(String[]::new)));
    }
}
