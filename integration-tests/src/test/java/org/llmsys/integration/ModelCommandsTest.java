package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
import org.llmsys.integration.harness.CommandLine;
import org.llmsys.integration.harness.CommandLine.Result;
import org.llmsys.integration.harness.Said;
import org.llmsys.integration.harness.TinyLlama;

/** A model from file to text: convert, model-info, generate and compare-logits as a person runs them, each rightly and wrongly. */
class ModelCommandsTest {

    @TempDir
    static Path folder;
    private static CommandLine llmsys;
    private static TinyLlama llama;

    @BeforeAll
    static void make() throws IOException {
        Assumptions.assumeTrue(CommandLine.isBuilt(), "the launcher is not built: mvn -pl launcher -am package");
        llmsys = new CommandLine(folder);
        llama = TinyLlama.make(llmsys, folder);
    }

    private static Result run(String line) {
        String there = line.replace("LLAMA", llama.folder()).replace("Q8", llama.q8()).replace("Q4", llama.q4()).replace("BIN", llama.bin())
                .replace("OUT", folder.resolve("fresh").resolve("out").toString());
        return llmsys.run(Arrays.stream(there.split(" ")).map(word -> word.equals("The_light") ? "The light" : word).toArray(String[]::new));
    }

    private static JsonObject written(String... more) {
        List<String> words = new ArrayList<>(List.of("generate", "--prompt", "The light", "--temperature", "0", "--json"));
        words.addAll(List.of(more));
        return Said.object(llmsys.run(words.toArray(String[]::new)), "prompt", "text", "ids", "promptTokens", "newTokens", "firstTokenMs",
                "tokensPerSecond", "stopReason");
    }

    // ---- files ------------------------------------------------------------------------------------------------------------------

    @Test
    @DisplayName("convert says what it wrote, the file has as many bytes, and model-info finds the same model in each form")
    void convertAndInfo() throws IOException {
        Path out = folder.resolve("as-f16.gguf");
        JsonObject made = Said.object(llmsys.run("convert", "--model", llama.folder(), "--out", out.toString(), "--type", "f16", "--json"), "out",
                "format", "type", "tensors", "parameters", "bytes", "tokenizer", "note", "seconds");
        assertEquals("gguf", made.get("format").getAsString());
        assertEquals(Files.size(out), made.get("bytes").getAsLong());
        JsonObject whole = info(llama.folder());
        assertEquals(whole.get("parameters"), made.get("parameters"));
        assertEquals("safetensors", whole.get("format").getAsString());
        for (String path : List.of(llama.bin(), llama.gguf(), llama.q8(), llama.q4(), out.toString())) {
            JsonObject other = info(path);
            assertEquals(whole.get("parameters"), other.get("parameters"), path);
            assertEquals(whole.get("cacheBytes"), other.get("cacheBytes"), path);
        }
        long memory = whole.get("memoryBytes").getAsLong();
        assertTrue(info(llama.q8()).get("memoryBytes").getAsLong() < memory, "narrow weights stay narrow in memory");
        Said.refused(1, out.toString(), llmsys.run("convert", "--model", llama.folder(), "--out", out.toString()));
    }

    private static JsonObject info(String path) {
        return Said.object(llmsys.run("model-info", "--model", path, "--tensors", "--json"), "model", "format", "parameters", "config", "tokenizer",
                "file", "fileBytes", "memory", "memoryBytes", "cacheBytes", "layers", "tensors");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"2|convert --out OUT.gguf|--model", "1|convert --model OUT --out OUT.gguf|out", "2|convert --model LLAMA --out OUT.gguf --type q9|q9",
        "2|convert --model LLAMA --out OUT.gguf --format onnx|onnx", "1|convert --model LLAMA --out OUT --type q4_0|f16", "2|convert --model LLAMA --out OUT.bin --type f16|F32",
        "1|model-info --model OUT|out", "2|model-info --model LLAMA --tensor|--tensors"})
    @DisplayName("convert and model-info refuse what cannot be, and leave nothing behind")
    void filesRefused(int exit, String line, String mentions) {
        Said.refused(exit, mentions, run(line));
        for (String left : List.of("out", "out.gguf", "out.bin")) {
            assertFalse(Files.exists(folder.resolve("fresh").resolve(left)), left);
        }
    }

    @Test
    @DisplayName("files that are cut short, of another kind, empty, or a folder without a model: exit 1, naming the file")
    void brokenModels() throws IOException {
        byte[] good = Files.readAllBytes(Path.of(llama.gguf()));
        Path cut = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(good, good.length - 4096));
        Path text = Files.writeString(folder.resolve("text.gguf"), "Once upon a time");
        Path nothing = Files.createFile(folder.resolve("nothing.bin"));
        Path empty = Files.createDirectories(folder.resolve("no-model"));
        for (Path path : List.of(cut, text, nothing, empty)) {
            Said.refused(1, path.getFileName().toString(), run("model-info --model " + path));
            Said.refused(1, path.getFileName().toString(), run("generate --prompt The --model " + path));
        }
    }

    // ---- writing ----------------------------------------------------------------------------------------------------------------

    @Test
    @DisplayName("each form of the same numbers writes the same ids, alone and by the engine that batches")
    void generate() {
        JsonObject first = written("--model", llama.bin(), "--max-tokens", "12");
        assertEquals(12, first.getAsJsonArray("ids").size());
        assertEquals(first.get("ids"), written("--model", llama.gguf(), "--max-tokens", "12").get("ids"), "gguf");
        assertEquals(0, run("use engine batched").exit());
        try {
            assertEquals(first.get("ids"), written("--model", llama.bin(), "--max-tokens", "12").get("ids"), "batched");
        } finally {
            assertEquals(0, run("use engine auto").exit());
        }
        for (String path : List.of(llama.q8(), llama.q4())) {
            assertEquals(4, written("--model", path, "--max-tokens", "4").get("newTokens").getAsInt(), path);
        }
    }

    @Test
    @DisplayName("--logprobs: the greedy token is the likeliest, alternatives come in order, and the prompt's tokens can be measured alone")
    void logProbabilities() {
        JsonObject answer = written("--model", llama.bin(), "--max-tokens", "3", "--logprobs", "4");
        JsonArray tokens = answer.getAsJsonArray("logprobs");
        assertEquals(3, tokens.size());
        for (int i = 0; i < 3; i++) {
            JsonObject token = tokens.get(i).getAsJsonObject();
            assertEquals(answer.getAsJsonArray("ids").get(i), token.get("id"));
            JsonArray top = token.getAsJsonArray("top");
            assertEquals(4, top.size());
            assertEquals(token.get("id"), top.get(0).getAsJsonObject().get("id"));
            double before = 0;
            for (JsonElement alternative : top) {
                double logProbability = alternative.getAsJsonObject().get("logprob").getAsDouble();
                assertTrue(logProbability <= before, answer.toString());
                before = logProbability;
            }
        }
        JsonObject prompt = written("--model", llama.bin(), "--max-tokens", "0", "--echo-logprobs");
        assertEquals(0, prompt.get("newTokens").getAsInt());
        assertEquals(prompt.get("promptTokens").getAsInt(), prompt.getAsJsonArray("promptLogprobs").size());
    }

    @Test
    @DisplayName("--stop-token and --stop end before what they name, --logit-bias of 100 writes one token only")
    void stopsAndBias() {
        JsonArray ids = written("--model", llama.bin(), "--max-tokens", "6").getAsJsonArray("ids");
        JsonObject stopped = written("--model", llama.bin(), "--max-tokens", "6", "--stop-token", ids.get(0).getAsString());
        assertEquals("", stopped.get("text").getAsString());
        assertFalse(stopped.get("stopReason").getAsString().equals("length"), stopped.toString());

        int bell = Said.object(llmsys.run("tokenize", "--model", llama.bin(), "--no-special", "--json", "b"), "ids").getAsJsonArray("ids").asList()
                .getLast().getAsInt();
        JsonObject biased = written("--model", llama.bin(), "--max-tokens", "5", "--logit-bias", bell + "=100");
        biased.getAsJsonArray("ids").forEach(id -> assertEquals(bell, id.getAsInt(), biased.toString()));
        JsonObject cut = written("--model", llama.bin(), "--max-tokens", "5", "--logit-bias", bell + "=100", "--stop", " b b b");
        assertEquals("", cut.get("text").getAsString());
        assertFalse(cut.get("stopReason").getAsString().equals("length"), cut.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"2|generate --model BIN|--prompt", "2|generate --model BIN --prompt The --logprobs 5000|--logprobs",
        "2|generate --model BIN --prompt The --logit-bias 1=x|1=x", "1|generate --model BIN --prompt The --logit-bias 99999=1|99999",
        "2|generate --model BIN --prompt The --stop-token x|--stop-token", "2|generate --model BIN --prompt The --sampler gready|greedy",
        "2|generate --model BIN --prompt The --filters top-kk=3|top-k", "2|generate --model BIN --prompt The --max-tokens -1|--max-tokens"})
    @DisplayName("generate refuses wrong options before it writes anything")
    void generateRefuses(int exit, String line, String mentions) {
        Said.refused(exit, mentions, run(line));
    }

    // ---- equality ---------------------------------------------------------------------------------------------------------------

    @Test
    @DisplayName("compare-logits: two kernels agree, exit 0; a model and its four-bit copy do not, exit 1 and the first place that differs")
    void compareLogits() {
        JsonObject same = Said.object(run("compare-logits matmul=naive current --model LLAMA --prompt The_light --steps 4 --json"), "a", "b", "same",
                "tolerance", "positions", "maxAbsDiff", "firstPosition", "firstHook", "hooksCompared");
        assertTrue(same.get("same").getAsBoolean() && same.get("hooksCompared").getAsInt() > 0, same.toString());
        assertTrue(Said.object(run("compare-logits engine=batched engine=single --model BIN --prompt The_light --steps 4 --tolerance 0 --json"), "same")
                .get("same").getAsBoolean(), "an engine changes no bit");
        Result narrow = run("compare-logits current Q4 --model LLAMA --prompt The_light --steps 4 --json");
        assertEquals(1, narrow.exit(), narrow.err());
        assertTrue(narrow.out().contains("\"same\": false"), narrow.out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"2|compare-logits current --model LLAMA|A B", "2|compare-logits current matmul=naiv --model LLAMA|naive",
        "2|compare-logits current matmull=naive --model LLAMA|matmul", "2|compare-logits current OUT.npy --model LLAMA|out.npy",
        "2|compare-logits current current --model LLAMA --tolerance -1|--tolerance"})
    @DisplayName("compare-logits refuses sides that are none")
    void compareRefuses(int exit, String line, String mentions) {
        Said.refused(exit, mentions, run(line));
    }

    // ---- the model that the world has --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"stories260K.bin, 260032", "stories260K-f32.gguf, 292800", "stories260K-F16.gguf, 292800", "stories260K-Q8_0.gguf, 292800",
        "stories260K-Q4_0.gguf, 292800"})
    @DisplayName("a published model, where LLMSYS_SHARED names one: described (its GGUFs hold the output's table a second time), and it begins its story as "
            + "stories begin")
    void published(String file, int parameters) {
        String shared = System.getenv("LLMSYS_SHARED");
        Path path = shared == null ? null : Path.of(shared, "data", "models", "stories260K", file);
        Assumptions.assumeTrue(path != null && Files.isReadable(path), "skipped: LLMSYS_SHARED names no folder with data/models/stories260K");
        assertEquals(parameters, info(path.toString()).get("parameters").getAsInt());
        JsonObject story = Said.object(llmsys.run("generate", "--model", path.toString(), "--prompt", "Once upon a time", "--temperature", "0",
                "--max-tokens", "8", "--json"), "text");
        assertTrue(story.get("text").getAsString().startsWith(", there was a"), story.toString());
    }
}
