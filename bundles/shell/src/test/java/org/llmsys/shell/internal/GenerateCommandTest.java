package org.llmsys.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
import org.llmsys.inference.InferenceEngine;
import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.ModelStore;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Console;
import org.llmsys.shell.HelpPage;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerType;
import org.llmsys.tokenizer.TokenizerType.TrainingSettings;
import org.llmsys.transformer.ModelPresets;
import org.llmsys.transformer.ModelWeights;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.TransformerModel;

class GenerateCommandTest {

    private static final String PROMPT = "the cat";

    @TempDir
    private Path folder;
    private final ClassPathWorkbench workbench = ClassPathWorkbench.open(WorkerPool.SERIAL);
    private String said = "";

    @BeforeEach
    void writeModel() {
        Assemblies assemblies = workbench.assemblies();
        try (Assemblies.Held<TokenizerType> type = assemblies.hold(TokenizerType.class, "char")) {
            Tokenizer tokenizer = type.provider().train(" abcdefghijklmnopqrstuvwxyz|", TrainingSettings.DEFAULTS, Job.silent("test"));
            ModelConfig config = ModelPresets.named("tiny").withVocabSize(tokenizer.vocabSize());
            ModelWeights weights = ModelWeights.initialize(config, 5);
            workbench.get(ModelStore.class).save(new LoadedModel("m", new TransformerModel(config, weights), tokenizer), folder.resolve("m"));
        }
    }

    private String run(String... options) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(new ByteArrayInputStream(new byte[0]), new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), false, false);
        List<String> typed = new ArrayList<>(List.of("--model", folder.resolve("m").toString(), "--prompt", PROMPT, "--max-tokens", "12"));
        typed.addAll(List.of(options));
        Models models = new Models(workbench.get(ModelStore.class), workbench.assemblies());
        GenerateCommand command = new GenerateCommand(workbench.assemblies(), workbench.get(InferenceEngine.class), models);
        assertEquals(0, command.run(new Arguments(HelpPage.of("generate").orElseThrow(), typed), console));
        said = err.toString(StandardCharsets.UTF_8);
        return out.toString(StandardCharsets.UTF_8);
    }

    private JsonObject json(String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--json");
        return JsonParser.parseString(run(all.toArray(String[]::new))).getAsJsonObject();
    }

    private Problem refused(String... options) {
        return assertThrows(Problem.class, () -> run(options));
    }

    @Test
    @DisplayName("a model that asks for an algorithm nobody here brings is refused at once, by the algorithm's name")
    void unknownAlgorithm() throws IOException {
        Path config = folder.resolve("m/config.json");
        String json = Files.readString(config);
        String asked = json.replaceAll("\"activation_function\": *\"[a-z_]+\"", "\"activation_function\": \"laplace\"");
        assertNotEquals(json, asked);
        Files.writeString(config, asked);
        assertTrue(refused().text().contains("laplace"));
    }

    @Test
    @DisplayName("the text on stdout, the figures on stderr; JSON has the ids and the text, and no log-probabilities that nobody asked for")
    void plain() {
        JsonObject answer = json();
        assertEquals(12, answer.getAsJsonArray("ids").size());
        assertEquals(7, answer.get("promptTokens").getAsInt());
        assertFalse(answer.has("logprobs") || answer.has("promptLogprobs"));
        assertEquals(PROMPT + answer.get("text").getAsString(), run().stripTrailing());
        assertTrue(said.contains("12 tokens") && said.contains("ended by length"), said);
    }

    @Test
    @DisplayName("--stream: a line for each token as it comes, then the object that --json alone prints; not without --json")
    void stream() {
        List<String> lines = run("--json", "--stream").lines().toList();
        JsonObject whole = JsonParser.parseString(lines.getLast()).getAsJsonObject();
        assertEquals(12 + 1, lines.size());
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            JsonObject token = JsonParser.parseString(lines.get(i)).getAsJsonObject();
            assertEquals(whole.getAsJsonArray("ids").get(i), token.get("id"));
            text.append(token.get("text").getAsString());
        }
        assertEquals(json().get("text").getAsString(), text.toString());
        assertEquals(text.toString(), whole.get("text").getAsString());
        assertTrue(refused("--stream").text().contains("--json"));
    }

    @Test
    @DisplayName("--logprobs and --echo-logprobs: one entry a token, the likeliest first; all ids named, the probabilities add up to 1")
    void logprobs() {
        JsonObject answer = json("--logprobs", "28", "--echo-logprobs", "--filtered-logprobs", "--top-k", "3");
        JsonArray tokens = answer.getAsJsonArray("logprobs");
        assertEquals(12, tokens.size());
        for (int i = 0; i < 12; i++) {
            JsonObject token = tokens.get(i).getAsJsonObject();
            assertEquals(answer.getAsJsonArray("ids").get(i), token.get("id"));
            assertEquals(answer.get("text").getAsString().substring(i, i + 1), token.get("token").getAsString());
            assertEquals(1, sum(token.getAsJsonArray("top")), 1e-6);
            assertEquals(3, token.getAsJsonObject("filtered").getAsJsonArray("top").size());
            assertEquals(1, sum(token.getAsJsonObject("filtered").getAsJsonArray("top")), 1e-6);
        }
        JsonArray prompt = answer.getAsJsonArray("promptLogprobs");
        assertEquals(7, prompt.size());
        assertTrue(prompt.get(0).getAsJsonObject().get("logprob").isJsonNull());
        assertEquals("h", prompt.get(1).getAsJsonObject().get("token").getAsString());
        assertTrue(prompt.get(1).getAsJsonObject().get("logprob").getAsDouble() < 0);
        JsonObject alone = json("--max-tokens", "0", "--echo-logprobs");
        assertEquals(7, alone.getAsJsonArray("promptLogprobs").size());
        assertEquals(prompt.get(6).getAsJsonObject().get("logprob"), alone.getAsJsonArray("promptLogprobs").get(6).getAsJsonObject().get("logprob"));
        String table = run("--logprobs", "2", "--echo-logprobs", "--filtered-logprobs");
        assertTrue(table.contains("token  id  logprob  probability  likeliest") && table.contains("after filters"), table);
        assertTrue(table.lines().filter(line -> line.startsWith("c ")).count() >= 1, table);
    }

    private static double sum(JsonArray top) {
        double sum = 0;
        for (var one : top) {
            sum += Math.exp(one.getAsJsonObject().get("logprob").getAsDouble());
        }
        return sum;
    }

    @Test
    @DisplayName("--stop, --stops and --stop-token end before what they name")
    void stops() {
        JsonObject whole = json();
        String text = whole.get("text").getAsString();
        assertEquals(text.substring(0, text.indexOf(text.substring(4, 6))), json("--stop", text.substring(4, 6)).get("text").getAsString());
        JsonObject several = json("--stops", "never here|" + text.substring(4, 6) + "|" + text.substring(8, 10));
        assertEquals(text.substring(0, text.indexOf(text.substring(4, 6))), several.get("text").getAsString());
        assertEquals("stop", several.get("stopReason").getAsString());
        JsonArray ids = whole.getAsJsonArray("ids");
        int id = ids.get(5).getAsInt();
        JsonObject byToken = json("--stop-token", "0, " + id);
        assertTrue(byToken.getAsJsonArray("ids").size() <= 5, byToken.toString());
        assertEquals("stop", byToken.get("stopReason").getAsString());
        assertTrue(refused("--stop-token", "1,x").why().contains("\"x\""));
        assertTrue(refused("--stop-token", "9999").getMessage().contains("9999"));
        assertThrows(Problem.class, () -> run("--stops", "a||b"));
    }

    @Test
    @DisplayName("--logit-bias forces and forbids, with a temperature and without; so does --filters at temperature 0")
    void bias() {
        JsonObject forced = json("--logit-bias", "5=100");
        forced.getAsJsonArray("ids").forEach(id -> assertEquals(5, id.getAsInt()));
        JsonObject greedy = json("--temperature", "0");
        int first = greedy.getAsJsonArray("ids").get(0).getAsInt();
        JsonObject forbidden = json("--temperature", "0", "--logit-bias", first + "=-100, 3=0.5");
        forbidden.getAsJsonArray("ids").forEach(id -> assertTrue(id.getAsInt() != first));
        JsonObject filters = json("--temperature", "0", "--filters", "logit-bias:others=-100:7=0");
        filters.getAsJsonArray("ids").forEach(id -> assertEquals(7, id.getAsInt()));
        assertTrue(refused("--logit-bias", "5").why().contains("\"5\""));
        assertTrue(refused("--logit-bias", "5=1000").getMessage().contains("1000"));
        assertTrue(refused("--logit-bias", "x=1").getMessage().contains("x"));
        assertTrue(refused("--logit-bias", "5=x").getMessage().contains("x"));
        assertTrue(refused("--logit-bias", "9999=1").getMessage().contains("9999"));
    }
}
