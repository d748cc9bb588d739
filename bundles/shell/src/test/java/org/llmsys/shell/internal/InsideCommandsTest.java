package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.ClassPathWorkbench;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
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

/** The commands that look inside a model, on a small one of two layers with two heads each. */
class InsideCommandsTest {

    private static final String ALPHABET = " abcdefghijklmnopqrstuvwxyz.";

    private final ClassPathWorkbench workbench = ClassPathWorkbench.open(WorkerPool.SERIAL);
    private final Assemblies assemblies = workbench.assemblies();
    private final ModelStore store = workbench.get(ModelStore.class);
    private final Models models = new Models(store, assemblies);
    private String said = "";
    private int status;
    private String model;

    @TempDir
    private Path folder;

    @BeforeEach
    void writeModel() {
        try (Assemblies.Held<TokenizerType> type = assemblies.hold(TokenizerType.class, "char")) {
            Tokenizer tokenizer = type.provider().train(ALPHABET, TokenizerType.TrainingSettings.DEFAULTS, Job.silent("test"));
            ModelConfig config = new ModelConfig("gpt2", tokenizer.vocabSize(), 19, 12, 2, 2, 2, 20, 1e-5f, 10000, true, true, "pre-norm",
                    "layernorm", "learned", "gelu-mlp", "gelu", 0);
            ModelWeights weights = ModelWeights.initialize(config, 3);
            weights.all().values().stream().filter(w -> w.shape().rank() == 2).forEach(w -> {
                float[] elements = w.value().floats();
                for (int i = 0; i < elements.length; i++) {
                    elements[i] *= 15;
                }
            });
            model = folder.resolve("model").toString();
            store.save(new LoadedModel("model", new TransformerModel(config, weights), tokenizer), Path.of(model));
        }
    }

    private Command command(String name) {
        return switch (name) {
            case "trace" -> new TraceCommand(assemblies, models);
            case "step" -> new StepCommand(assemblies, models);
            case "ablate" -> new AblateCommand(assemblies, models);
            default -> new CompareLogitsCommand(assemblies, store, models);
        };
    }

    private String run(String name, String... typed) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ByteArrayInputStream in = new ByteArrayInputStream("the cat.".getBytes(StandardCharsets.UTF_8));
        Console console = new Console(in, new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8),
                false, false);
        List<String> words = new ArrayList<>(List.of(typed));
        words.addAll(List.of("--model", model));
        status = command(name).run(new Arguments(HelpPage.of(name).orElseThrow(), words), console);
        said = err.toString(StandardCharsets.UTF_8);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static JsonObject object(String line) {
        return JsonParser.parseString(line).getAsJsonObject();
    }

    @Test
    @DisplayName("trace shows places with their numbers, marks what was computed again, and says so")
    void traceTable() throws Exception {
        String table = run("trace", "--prompt", "a dog", "--hooks", "blocks.1.attn.*");
        assertTrue(table.contains("\nblocks.1.attn.hook_pattern *      (1, 2, 5, 5)"), table);
        assertTrue(table.contains("\nblocks.1.attn.hook_q              (1, 5, 2, 6)"), table);
        assertTrue(said.contains("2 places are held by no kernel"), said);
        String list = run("trace", "--prompt", "a dog", "--list", "--hooks", "hook_*,logits");
        assertEquals(List.of("place           shape", "hook_embed      (1, 5, 12)", "hook_pos_embed  (1, 5, 12)", "logits          (1, 5, 28)"),
                list.lines().map(String::stripTrailing).toList());
    }

    @Test
    @DisplayName("trace --json and --out: names, shapes, tokens, providers, and the two files")
    void traceJson() throws Exception {
        Path out = folder.resolve("traced");
        JsonObject trace = object(run("trace", "--prompt", "a dog", "--hooks", "blocks.0.mlp.*", "--out", out.toString(), "--json"));
        assertEquals("[\"a\",\" \",\"d\",\"o\",\"g\"]", trace.get("tokens").toString());
        JsonArray places = trace.getAsJsonArray("places");
        assertEquals(2, places.size());
        assertEquals("blocks.0.mlp.hook_pre", places.get(0).getAsJsonObject().get("name").getAsString());
        assertEquals("[1,5,20]", places.get(0).getAsJsonObject().get("shape").toString());
        assertTrue(trace.get("providers").toString().contains("\"slot\":\"activation\""), trace.toString());
        assertTrue(Files.exists(out.resolve("trace.safetensors")) && Files.exists(out.resolve("trace.json")));
        assertTrue(run("trace", "--prompt", "a dog", "--hooks", "hook_embed", "--out", out.toString()).startsWith("wrote 1 places to "));
        assertThrows(Problem.class, () -> run("trace", "--hooks", "blocks.2.*"));
    }

    @Test
    @DisplayName("step says of each token what the filters did and why it came, and writes what --json writes")
    void step() throws Exception {
        String[] typed = {"--prompt", "a dog", "--steps", "3", "--top-k", "4", "--top", "5"};
        String text = run("step", typed);
        assertEquals(3, text.lines().filter(line -> line.startsWith("it wrote ")).count(), text);
        assertTrue(text.contains("top-k {k=4.0} cut 24 of 28 with 0."), text);
        assertTrue(text.contains("temperature {temperature=0.8} cut none of 28"), text);
        assertTrue(said.contains("ended by length"), said);
        List<JsonObject> steps = run("step", "--prompt", "a dog", "--steps", "3", "--top-k", "4", "--top", "5", "--json").lines()
                .map(InsideCommandsTest::object).toList();
        assertEquals(3, steps.size());
        for (int n = 0; n < 3; n++) {
            assertEquals(5 + n, steps.get(n).get("position").getAsInt());
            assertEquals(5, steps.get(n).getAsJsonArray("candidates").size());
            assertEquals(4, steps.get(n).get("possible").getAsInt());
            assertEquals("[\"temperature\",\"top-k\"]", new JsonArrayOf(steps.get(n).getAsJsonArray("filters")).names());
            assertTrue(text.contains("because " + steps.get(n).get("why").getAsString()), text);
        }
    }

    private record JsonArrayOf(JsonArray array) {

        String names() {
            JsonArray names = new JsonArray();
            array.forEach(element -> names.add(element.getAsJsonObject().get("name")));
            return names.toString();
        }
    }

    @Test
    @DisplayName("step --text shows each token's probability; the mean of the logarithms is the loss")
    void probabilities() throws Exception {
        JsonObject all = object(run("step", "--text", "-", "--json"));
        double sum = 0;
        JsonArray tokens = all.getAsJsonArray("tokens");
        assertEquals(8, tokens.size());
        assertTrue(tokens.get(0).getAsJsonObject().get("probability").isJsonNull());
        for (int t = 1; t < 8; t++) {
            sum -= tokens.get(t).getAsJsonObject().get("logProbability").getAsDouble();
        }
        assertEquals(sum / 7, all.get("loss").getAsDouble(), 1e-12);
        String table = run("step", "--text", "-");
        assertEquals(1 + 8 + 1, table.lines().count(), table);
        assertThrows(Problem.class, () -> run("step"));
        assertThrows(Problem.class, () -> run("step", "--text", "-", "--prompt", "a"));
    }

    @Test
    @DisplayName("ablate: a line a part and one for all of them, a table of layers and heads, and JSON with the same numbers")
    void ablate() throws Exception {
        String table = run("ablate", "--prompt", "a dog ran", "--heads", "0.1, 1.0", "--mlp", "1");
        assertEquals(List.of("nothing", "head 0.1", "head 1.0", "mlp 1", "all of these"),
                table.lines().skip(1).map(line -> line.split(" {2,}")[0]).toList(), table);
        String grid = run("ablate", "--prompt", "a dog ran", "--all");
        assertTrue(grid.lines().findFirst().orElseThrow().matches("layer +head 0 +head 1 +mlp +whole"), grid);
        assertEquals(1 + 2 + 1, grid.lines().count(), grid);
        JsonObject json = object(run("ablate", "--prompt", "a dog ran", "--all", "--json"));
        assertEquals(2 * (2 + 2), json.getAsJsonArray("parts").size());
        JsonObject head = json.getAsJsonArray("parts").get(1).getAsJsonObject();
        assertEquals("head", head.get("part").getAsString());
        assertEquals(1, head.get("head").getAsInt());
        assertTrue(table.contains(String.format(Locale.ROOT, "%.4f", head.get("loss").getAsDouble())), table + head);
        assertTrue(json.get("together").isJsonNull());
        JsonObject mean = object(run("ablate", "--prompt", "a dog", "--layers", "0", "--target", "#3", "--mean", "--json"));
        assertEquals(3, mean.getAsJsonObject("target").get("id").getAsInt());
        assertEquals("mean", mean.get("value").getAsString());
        assertTrue(run("ablate", "--prompt", "a dog", "--layers", "0", "--target", "g").contains("p(g)"));
    }

    @Test
    @DisplayName("ablate refuses parts that are none, and a target of several tokens")
    void ablateRefuses() {
        for (String[] wrong : new String[][] {{}, {"--heads", "1"}, {"--heads", "0.2"}, {"--mlp", "two"}, {"--layers", "2"},
            {"--all", "--layers", "0"}, {"--layers", "0", "--target", "dog"}, {"--layers", "0", "--target", "#28"}, {"--all", "--measure", "los"}}) {
            assertThrows(Problem.class, () -> run("ablate", wrong), String.join(" ", wrong));
        }
    }

    @Test
    @DisplayName("compare-logits: status 0 for the same bits, status 1 and the place for another activation; a trace is a file of logits")
    void compareLogits() throws Exception {
        JsonObject same = object(run("compare-logits", "matmul=naive", "matmul=tiled", "--prompt", "a dog", "--tolerance", "0", "--json"));
        assertEquals(0, status);
        assertTrue(same.get("same").getAsBoolean());
        assertEquals(5 + 13, same.get("positions").getAsInt());
        assertTrue(same.get("firstHook").isJsonNull());

        JsonObject other = object(run("compare-logits", "current", "activation=gelu-tanh", "--prompt", "a dog", "--steps", "2", "--tolerance", "0",
                "--json"));
        assertEquals(1, status);
        assertFalse(other.get("same").getAsBoolean());
        assertEquals("blocks.0.mlp.hook_post", other.getAsJsonObject("firstHook").get("hook").getAsString());

        Path traced = folder.resolve("traced");
        run("trace", "--prompt", "a dog", "--hooks", "logits", "--out", traced.toString());
        String file = traced.resolve("trace.safetensors").toString();
        String text = run("compare-logits", file, "current", "--prompt", "a dog", "--steps", "0");
        assertEquals(0, status, text);
        assertTrue(text.contains("a side cannot be looked into"), text);
        assertTrue(run("compare-logits", file, file).contains("every logit is the same, bit for bit"));
        assertTrue(run("compare-logits", "current", "engine=batched", "--text", "-").contains("the likeliest token is the same at"));
        assertThrows(Problem.class, () -> run("compare-logits", file, "current", "--prompt", "a cats", "--steps", "0"));
    }
}
