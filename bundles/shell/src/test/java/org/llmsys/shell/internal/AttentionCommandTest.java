package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.llmsys.inference.internal.AutoregressiveEngine;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.HelpPage;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.TransformerModel;

/** The commands that look inside a model, over a small one with random weights: 2 layers, 4 heads, 28 characters, 16 positions. */
class AttentionCommandTest {

    private static final String PROMPT = "a cat sat";

    private final Assemblies assemblies = ClassPathWorkbench.open(WorkerPool.SERIAL).assemblies();
    private final LoadedModel model = model();

    @TempDir
    Path folder;

    private LoadedModel model() {
        try (Assemblies.Held<TokenizerType> type = assemblies.hold(TokenizerType.class, "char")) {
            Tokenizer tokenizer = type.provider().train(" abcdefghijklmnopqrstuvwxyz.", TokenizerType.TrainingSettings.DEFAULTS, Job.silent("test"));
            ModelConfig config = new ModelConfig("gpt2", tokenizer.vocabSize(), 16, 16, 2, 4, 2, 32, 1e-5f, 10000, true, true, "pre-norm",
                    "layernorm", "learned",
                    "gelu-mlp", "gelu", 0);
            ModelWeights weights = ModelWeights.initialize(config, 3);
            weights.all().values().stream().filter(w -> w.shape().rank() == 2).forEach(w -> {
                for (int i = 0; i < w.value().size(); i++) {
                    w.value().floats()[i] *= 15;
                }
            });
            return new LoadedModel("tiny", new TransformerModel(config, weights), tokenizer);
        }
    }

    private String run(String name, String... typed) throws Exception {
        Models models = new Models(new ModelStore() {
            @Override
            public LoadedModel load(Path path) {
                return model;
            }

            @Override
            public LoadedModel loadToTrain(Path path) {
                return model;
            }

            @Override
            public void save(LoadedModel saved, Path to) {
                throw new AssertionError("a command that looks inside saved a model");
            }
        }, assemblies);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console = new Console(InputStream.nullInputStream(), new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(PrintStream.nullOutputStream()),
                false, false);
        Command command = switch (name) {
            case "attention" -> new AttentionCommand(assemblies, new AutoregressiveEngine(assemblies), models);
            case "saliency" -> new SaliencyCommand(assemblies, models);
            default -> new LogitLensCommand(assemblies, models);
        };
        List<String> words = new ArrayList<>(List.of(typed));
        words.addAll(List.of("--model", folder.toString()));
        assertEquals(0, command.run(new Arguments(HelpPage.of(name).orElseThrow(), words), console));
        return out.toString(StandardCharsets.UTF_8);
    }

    private JsonObject json(String name, String... typed) throws Exception {
        List<String> words = new ArrayList<>(List.of(typed));
        words.add("--json");
        return JsonParser.parseString(run(name, words.toArray(String[]::new))).getAsJsonObject();
    }

    private void assertProblem(String part, String name, String... typed) {
        String text = assertThrows(Problem.class, () -> run(name, typed)).text();
        assertTrue(text.contains(part), text);
    }

    // ---- attention -------------------------------------------------------------------------------------------------------------

    @Test
    @DisplayName("attention --json has a pattern of each head, a row a token, each adding up to 1, and the tokens' own text")
    void attentionJson() throws Exception {
        JsonObject whole = json("attention", "--prompt", PROMPT);
        assertEquals(9, whole.getAsJsonArray("tokens").size());
        assertEquals(" ", whole.getAsJsonArray("tokens").get(1).getAsString());
        assertEquals("reference", whole.get("computedBy").getAsString());
        assertEquals(8, whole.getAsJsonArray("heads").size());
        JsonObject head = whole.getAsJsonArray("heads").get(6).getAsJsonObject();
        assertEquals(1, head.get("layer").getAsInt());
        assertEquals(2, head.get("head").getAsInt());
        for (int query = 0; query < 9; query++) {
            JsonArray row = head.getAsJsonArray("pattern").get(query).getAsJsonArray();
            double sum = 0;
            for (int key = 0; key < 9; key++) {
                sum += row.get(key).getAsDouble();
                assertTrue(key <= query || row.get(key).getAsDouble() == 0);
            }
            assertEquals(1, sum, 1e-5);
        }
        assertEquals(1, json("attention", "--prompt", PROMPT, "--layer", "1", "--head", "2").getAsJsonArray("heads").size());
    }

    @Test
    @DisplayName("as text several heads are a line each, one is a triangle of shades, without any colour codes")
    void attentionText() throws Exception {
        List<String> table = run("attention", "--prompt", PROMPT, "--layer", "0").lines().toList();
        assertEquals(1 + 4 + 1, table.size());
        List<String> one = run("attention", "--prompt", PROMPT, "--layer", "0", "--head", "1").lines().toList();
        assertEquals(1 + 9, one.size());
        assertEquals("    0 a |██                | a at 0: 1.00", one.get(1));
        assertTrue(one.get(2).startsWith("    1 · |"), one.get(2));
        assertTrue(one.stream().noneMatch(line -> line.indexOf('\u001b') >= 0));
    }

    @Test
    @DisplayName("--png draws a picture, --animate a film with a frame a token, until the context of 16 is full")
    void films() throws Exception {
        Path picture = folder.resolve("attention.png");
        run("attention", "--prompt", PROMPT, "--png", picture.toString());
        assertTrue(ImageIO.read(picture.toFile()).getWidth() > 400);
        Path film = folder.resolve("attention.gif");
        JsonObject text = json("attention", "--prompt", PROMPT, "--animate", film.toString(), "--max-tokens", "3", "--layer", "1");
        assertEquals(12, text.getAsJsonArray("ids").size());
        assertEquals(9, text.get("promptTokens").getAsInt());
        assertEquals(4, frames(film));
        run("attention", "--prompt", PROMPT, "--animate", film.toString());
        assertEquals(8, frames(film), "nine tokens, then up to sixteen");
        Path png = folder.resolve("film.png");
        run("attention", "--prompt", "ab", "--animate", png.toString(), "--max-tokens", "2", "--head", "0");
        assertTrue(new String(Files.readAllBytes(png), StandardCharsets.ISO_8859_1).contains("acTL"));
    }

    private static int frames(Path gif) throws Exception {
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        reader.setInput(ImageIO.createImageInputStream(new ByteArrayInputStream(Files.readAllBytes(gif))));
        return reader.getNumImages(true);
    }

    @Test
    @DisplayName("attention refuses what is not there: layer, head, token, text, film, room")
    void attentionRefuses() {
        assertProblem("the model has no layer 2", "attention", "--prompt", PROMPT, "--layer", "2");
        assertProblem("its heads are 0 to 3", "attention", "--prompt", PROMPT, "--head", "4");
        assertProblem("the prompt has no tokens", "attention", "--prompt", "");
        assertProblem("--prompt", "attention");
        assertProblem("neither .gif nor .png", "attention", "--prompt", PROMPT, "--animate", folder.resolve("film.mp4").toString());
        assertProblem("without --animate", "attention", "--prompt", PROMPT, "--max-tokens", "3");
        assertProblem("17 tokens is too long", "attention", "--prompt", "a cat sat and sat");
        assertProblem("the prompt is too long", "attention", "--prompt", "a cat sat and sa", "--animate", folder.resolve("film.gif").toString());
        assertTrue(Files.notExists(folder.resolve("film.gif")));
    }

    // ---- logit lens ------------------------------------------------------------------------------------------------------------

    @Test
    @DisplayName("logit-lens --json has the embedding and each block, a position a token, as many guesses as asked for, likeliest first")
    void lensJson() throws Exception {
        JsonObject lens = json("logit-lens", "--prompt", PROMPT, "--top", "5");
        assertEquals(3, lens.getAsJsonArray("layers").size());
        JsonObject last = lens.getAsJsonArray("layers").get(2).getAsJsonObject();
        assertEquals("block 1", last.get("layer").getAsString());
        assertEquals("blocks.1.hook_resid_post", last.get("place").getAsString());
        JsonArray top = last.getAsJsonArray("positions").get(8).getAsJsonObject().getAsJsonArray("top");
        assertEquals(5, top.size());
        assertTrue(top.get(0).getAsJsonObject().get("probability").getAsDouble() > top.get(1).getAsJsonObject().get("probability").getAsDouble());
        JsonObject saliency = json("saliency", "--prompt", PROMPT);
        assertEquals(saliency.get("target").getAsInt(), top.get(0).getAsJsonObject().get("id").getAsInt(),
                "the last layer's guess is what the model says");
    }

    @Test
    @DisplayName("logit-lens as text has a line a layer for the last token and for all, and both colours draw")
    void lensText() throws Exception {
        assertEquals(1 + 3 + 1 + 1 + 1 + 3, run("logit-lens", "--prompt", PROMPT).lines().count());
        for (String colour : List.of("probability", "entropy")) {
            Path picture = folder.resolve(colour + ".png");
            run("logit-lens", "--prompt", PROMPT, "--colour", colour, "--png", picture.toString());
            assertTrue(ImageIO.read(picture.toFile()).getWidth() > 200);
        }
        assertProblem("did you mean entropy?", "logit-lens", "--prompt", PROMPT, "--colour", "entropi");
        assertProblem("the prompt has no tokens", "logit-lens", "--prompt", "");
    }

    // ---- saliency --------------------------------------------------------------------------------------------------------------

    @Test
    @DisplayName("saliency --json has a number a token by each method; roll-out adds up to 1 and has no target")
    void saliencyJson() throws Exception {
        JsonObject gradient = json("saliency", "--prompt", PROMPT, "--target", "t");
        assertEquals("t", gradient.get("targetToken").getAsString());
        assertEquals(9, gradient.getAsJsonArray("values").size());
        gradient.getAsJsonArray("values").forEach(value -> assertTrue(value.getAsDouble() > 0));
        assertEquals(gradient.get("values"), json("saliency", "--prompt", PROMPT, "--target", "id:"
                + gradient.get("target").getAsInt()).get("values"));
        assertTrue(!gradient.get("values").equals(json("saliency", "--prompt", PROMPT, "--target", "t", "--method",
                "gradient-x-input").get("values")));
        JsonObject rollout = json("saliency", "--prompt", PROMPT, "--method", "rollout");
        assertTrue(rollout.get("target").isJsonNull());
        double sum = 0;
        for (var value : rollout.getAsJsonArray("values")) {
            sum += value.getAsDouble();
        }
        assertEquals(1, sum, 1e-5);
    }

    @Test
    @DisplayName("saliency as text has a line a token; it draws; and it refuses targets and methods that are none")
    void saliencyText() throws Exception {
        assertEquals(1 + 9 + 1, run("saliency", "--prompt", PROMPT).lines().count());
        Path picture = folder.resolve("saliency.png");
        run("saliency", "--prompt", PROMPT, "--method", "gradient-x-input", "--png", picture.toString());
        assertTrue(ImageIO.read(picture.toFile()).getWidth() > 200);
        assertProblem("makes 2 tokens of it", "saliency", "--prompt", PROMPT, "--target", "ab");
        assertProblem("it is no token", "saliency", "--prompt", PROMPT, "--target", "");
        assertProblem("no token 999", "saliency", "--prompt", PROMPT, "--target", "id:999");
        assertProblem("did you mean rollout?", "saliency", "--prompt", PROMPT, "--method", "rolout");
        assertProblem("whatever comes next", "saliency", "--prompt", PROMPT, "--method", "rollout", "--target", "a");
    }
}
