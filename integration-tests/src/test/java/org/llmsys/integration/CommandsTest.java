package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.integration.harness.CommandLine;
import org.llmsys.integration.harness.CommandLine.Result;
import org.llmsys.integration.inside.TinyRuns;

/** The commands, run as a person runs them: the real script, real processes. */
class CommandsTest {

    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    @TempDir
    static Path folder;
    private static CommandLine llmsys;
    private static String text;
    private static String model;
    private static Result training;

    @BeforeAll
    static void trainATinyModel() throws IOException {
        Assumptions.assumeTrue(CommandLine.isBuilt(), "the launcher is not built: mvn -pl launcher -am package");
        llmsys = new CommandLine(folder);
        text = Files.writeString(folder.resolve("text.txt"), TinyRuns.TEXT).toString();
        model = folder.resolve("model").toString();
        training = llmsys.run("train", "--text", text, "--out", model, "--preset", "tiny", "--steps", "3", "--json");
        assertEquals(0, training.exit(), training.err());
    }

    // ---- what commands print ------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"train", "generate", "tokenize", "eval", "services", "use", "compare", "bench", "check", "doctor", "exec", "example", "test", "demo"})
    @DisplayName("--help of every command begins with examples, on standard output, and ends with 0")
    void help(String command) {
        Result help = llmsys.run(command, "--help");
        assertEquals(0, help.exit(), help.err());
        assertTrue(help.out().contains("Examples"), help.out());
        int options = help.out().indexOf("Options");
        assertTrue(options < 0 || help.out().indexOf("Examples") < options, "examples come first");
        assertEquals("", help.err());
    }

    @Test
    @DisplayName("train --json prints a line per report and one at the end, and leaves a folder other tools can open")
    void train() {
        fields(object(training.out().lines().findFirst().orElseThrow()), "step", "trainLoss", "valLoss", "learningRate", "gradNorm", "tokensPerSecond",
                "etaSeconds");
        JsonObject last = object(training.lastLine());
        fields(last, "out", "steps", "valLoss", "seconds");
        assertEquals(3, last.get("steps").getAsInt());
        for (String file : List.of("model.safetensors", "config.json", "tokenizer.json")) {
            assertTrue(Files.isRegularFile(Path.of(model).resolve(file)), file);
        }
    }

    @Test
    @DisplayName("generate --json continues the prompt; greedy twice gives the same text")
    void generate() {
        String[] words = {"generate", "--model", model, "--prompt", "The light", "--max-tokens", "12", "--temperature", "0", "--json"};
        Result first = llmsys.run(words);
        assertEquals(0, first.exit(), first.err());
        JsonObject written = object(first.lastLine());
        fields(written, "prompt", "text", "ids", "promptTokens", "newTokens", "firstTokenMs", "tokensPerSecond", "stopReason");
        assertEquals("The light", written.get("prompt").getAsString());
        assertEquals(9, written.get("promptTokens").getAsInt());
        assertEquals(12, written.get("newTokens").getAsInt());
        assertEquals("length", written.get("stopReason").getAsString());
        assertEquals(written.get("text"), object(llmsys.run(words).lastLine()).get("text"));
    }

    @Test
    @DisplayName("tokenize --json gives ids, tokens and where in the text each stands")
    void tokenize() {
        Result result = llmsys.run("tokenize", "--model", model, "--json", "The key");
        assertEquals(0, result.exit(), result.err());
        JsonObject tokens = object(result.lastLine());
        fields(tokens, "ids", "tokens", "offsets");
        assertEquals(7, tokens.getAsJsonArray("ids").size());
        assertEquals("k", tokens.getAsJsonArray("tokens").get(4).getAsString());
    }

    @Test
    @DisplayName("eval --json gives loss, perplexity and the number of tokens; perplexity is e to the loss")
    void eval() {
        Result result = llmsys.run("eval", "--model", model, "--text", text, "--json");
        assertEquals(0, result.exit(), result.err());
        JsonObject measured = object(result.lastLine());
        fields(measured, "loss", "perplexity", "tokens");
        assertEquals(Math.exp(measured.get("loss").getAsDouble()), measured.get("perplexity").getAsDouble(), 1e-3 * measured.get("perplexity").getAsDouble());
    }

    @Test
    @DisplayName("use is kept from one process to the next, and services shows it")
    void useIsKept() {
        Result use = llmsys.run("use", "matmul", "naive");
        assertEquals(0, use.exit(), use.err());
        assertEquals("naive", serving("matmul"));
        assertEquals(0, llmsys.run("use", "matmul", "auto").exit());
        assertFalse(serving("matmul").equals("naive"));
    }

    private static String serving(String slot) {
        Result services = llmsys.run("services", "--slot", slot, "--json");
        assertEquals(0, services.exit(), services.err());
        JsonArray all = JsonParser.parseString(services.out()).getAsJsonArray();
        for (JsonElement service : all) {
            fields(service.getAsJsonObject(), "room", "slot", "algorithm", "name", "ranking", "selected", "state", "bundle", "reason");
            if (service.getAsJsonObject().get("state").getAsString().equals("serving")) {
                return service.getAsJsonObject().get("name").getAsString();
            }
        }
        throw new AssertionError("nobody serves " + slot + ": " + services.out());
    }

    @Test
    @DisplayName("compare, check and doctor print the fields they promise; two kernels of one numerics class do not differ at all")
    void compareCheckDoctor() {
        Result compare = llmsys.run("compare", "matmul", "naive", "tiled", "--model", model, "--prompt", "The light", "--json");
        assertEquals(0, compare.exit(), compare.err());
        JsonObject difference = object(compare.lastLine());
        fields(difference, "slot", "a", "b", "maxAbsDiff", "meanAbsDiff", "firstDifferingToken", "millisA", "millisB");
        assertEquals(0, difference.get("maxAbsDiff").getAsDouble());

        Result check = llmsys.run("check", "normalization", "layernorm", "--json");
        assertEquals(0, check.exit(), check.err());
        JsonObject marks = object(check.lastLine());
        fields(marks, "slot", "name", "passed", "failed", "skipped", "failures");
        assertTrue(marks.get("passed").getAsInt() > 0 && marks.get("failed").getAsInt() == 0, check.out());

        Result doctor = llmsys.run("doctor", "--json");
        assertEquals(0, doctor.exit(), doctor.err());
        fields(object(doctor.lastLine()), "jdk", "cpu", "flags", "slots");
    }

    @Test
    @DisplayName("bench --json prints its fields, in this process and in those for other numbers of threads; with peers, theirs too")
    void bench() {
        Result bench = llmsys.run("bench", "matmul", "--sizes", "8", "--names", "naive", "--rounds", "1", "--threads", "1,2", "--peers", "--json");
        assertEquals(0, bench.exit(), bench.err());
        Set<Integer> threads = new TreeSet<>();
        for (JsonElement element : JsonParser.parseString(bench.out()).getAsJsonArray()) {
            JsonObject row = element.getAsJsonObject();
            fields(row, "slot", "name", "case", "threads", "value", "unit");
            threads.add(row.get("threads").getAsInt());
            if (bench.err().contains("peer: ")) {
                fields(row, "peer", "peerValue", "ratio");
            } else {
                assertTrue(bench.err().contains("no peer numpy: ") && bench.err().contains("no peer torch: "), bench.err());
            }
        }
        assertEquals(Set.of(1, 2), threads);
    }

    @Test
    @DisplayName("Ctrl-C ends a benchmark and its peers")
    void interruptedBenchmark() throws Exception {
        Path err = folder.resolve("bench-err.txt");
        Process process = llmsys.start(folder.resolve("bench-out.txt"), err, "bench", "matmul", "--sizes", "8", "--names", "naive", "--rounds", "1000",
                "--peers");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!read(err).contains("rounds") && process.isAlive() && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        List<ProcessHandle> peers = process.descendants().toList();
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "Ctrl-C does not end it: " + read(err));
        assertEquals(130, process.exitValue(), read(err));
        for (ProcessHandle peer : peers) {
            peer.onExit().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    @DisplayName("Ctrl-C in training saves and says how to resume; the resumed run is, to the bit, the run that never stopped")
    void interruptedAndResumed() throws Exception {
        String config = Files.writeString(folder.resolve("resume.json"), "{\"preset\": \"tiny\", \"steps\": 600, \"saveEvery\": 20}").toString();
        String whole = out("whole");
        String halves = out("halves");
        assertEquals(0, llmsys.run("train", "--text", text, "--out", whole, "--config", config).exit());

        Path err = folder.resolve("interrupted.txt");
        Process process = llmsys.start(folder.resolve("o.txt"), err, "train", "--text", text, "--out", halves, "--config", config);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.exists(Path.of(halves, "training.json")) && process.isAlive() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), () -> "Ctrl-C does not end it: " + read(err));
        assertTrue(process.exitValue() != 0 && read(err).contains("--resume"), () -> process.exitValue() + ": " + read(err));

        Result resumed = llmsys.run("train", "--text", text, "--out", halves, "--config", config, "--resume");
        assertEquals(0, resumed.exit(), resumed.err());
        assertTrue(Arrays.equals(Files.readAllBytes(Path.of(whole, "model.safetensors")), Files.readAllBytes(Path.of(halves, "model.safetensors"))));
    }

    // ---- what goes wrong ----------------------------------------------------------------------------------------------------------

    @Test
    @DisplayName("a mistyped command, option, preset, provider or slot: exit 2, and the right name is suggested")
    void wrongUse() {
        assertAll(
                () -> refused(MISUSED, "generate", "genrate"),
                () -> refused(MISUSED, "--prompt", "generate", "--promt", "x"),
                () -> refused(MISUSED, "tiny", "train", "--text", text, "--out", out("a"), "--preset", "tinny"),
                () -> refused(MISUSED, "tiled", "use", "matmul", "tild"),
                () -> refused(MISUSED, "matmul", "use", "matmull", "tiled"),
                () -> refused(MISUSED, "softmax", "bench", "sofmax"),
                () -> refused(MISUSED, "--sizes", "bench", "gemv", "--sizes", "8x8x8"),
                () -> refused(MISUSED, "--threads", "bench", "matmul", "--threads", "0"),
                () -> refused(MISUSED, "temperature", "generate", "--model", model, "--prompt", "The", "--temperature", "-1"),
                () -> refused(MISUSED, "--steps", "train", "--text", text, "--out", out("b"), "--steps", "0"));
    }

    @Test
    @DisplayName("a text that is missing, empty, binary or too short: exit 1, said why, and nothing is left behind")
    void badTexts() throws IOException {
        String empty = Files.writeString(folder.resolve("empty.txt"), "").toString();
        String tooShort = Files.writeString(folder.resolve("short.txt"), "Too short.").toString();
        String binary = Files.write(folder.resolve("binary.txt"), new byte[] {0x7f, 'E', 'L', 'F', 0, (byte) 0xff, (byte) 0xfe, 1, 2, 3}).toString();
        assertAll(
                () -> refused(FAILED, "missing.txt", "train", "--text", folder.resolve("missing.txt").toString(), "--out", out("c")),
                () -> refused(FAILED, "empty", "train", "--text", empty, "--out", out("d")),
                () -> refused(FAILED, "", "train", "--text", binary, "--out", out("e")),
                () -> refused(FAILED, "short", "train", "--text", tooShort, "--out", out("f")));
        for (String name : List.of("c", "d", "e", "f")) {
            assertFalse(Files.exists(Path.of(out(name))), "a folder was left behind for " + name);
        }
    }

    @Test
    @DisplayName("a truncated or lying model file, and a folder that cannot be written: exit 1, said why")
    void badFiles() throws IOException {
        byte[] good = Files.readAllBytes(Path.of(model, "model.safetensors"));
        Path truncated = copyOfModel("truncated", Arrays.copyOf(good, good.length - 100));
        byte[] huge = good.clone();
        huge[6] = 0x7f;                                          // the header's length, little endian
        Path lying = copyOfModel("lying", huge);
        String file = Files.writeString(folder.resolve("a-file"), "x").toString();
        assertAll(
                () -> refused(FAILED, "", "generate", "--model", truncated.toString(), "--prompt", "The"),
                () -> refused(FAILED, "", "generate", "--model", lying.toString(), "--prompt", "The"),
                () -> refused(FAILED, "no-such-model", "generate", "--model", folder.resolve("no-such-model").toString(), "--prompt", "The"),
                () -> refused(FAILED, "", "train", "--text", text, "--out", file + "/model", "--steps", "1"));
    }

    @Test
    @DisplayName("a run that is killed again and again while it saves can always be resumed, and its model always be read")
    void killedWhileSaving() throws Exception {
        String out = out("killed");
        String config = Files.writeString(folder.resolve("kill.json"),
                "{\"preset\": \"tiny\", \"steps\": 100000, \"saveEvery\": 1, \"reportEvery\": 100000}").toString();
        for (int kill = 0; kill < 4; kill++) {
            Path err = folder.resolve("killed-" + kill + ".txt");
            boolean resume = kill > 0;
            Process process = resume ? llmsys.start(folder.resolve("o.txt"), err, "train", "--text", text, "--out", out, "--config", config, "--resume")
                    : llmsys.start(folder.resolve("o.txt"), err, "train", "--text", text, "--out", out, "--config", config);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!Files.exists(Path.of(out, "training.json")) && process.isAlive() && System.nanoTime() < deadline) {
                Thread.sleep(10);
            }
            boolean ended = process.waitFor(2000 + 137L * kill, TimeUnit.MILLISECONDS);
            assertFalse(ended, () -> "the run ended by itself: " + read(err));
            process.destroyForcibly().waitFor();
            Result written = llmsys.run("generate", "--model", out, "--prompt", "The", "--max-tokens", "1");
            assertEquals(0, written.exit(), written.err());
        }
    }

    // ---- helpers --------------------------------------------------------------------------------------------------------------------

    private static void refused(int exit, String mentions, String... words) {
        Result result = llmsys.run(words);
        String said = String.join(" ", words) + " ended with " + result.exit() + " and said: " + result.err();
        assertEquals(exit, result.exit(), said);
        List<String> lines = result.err().lines().filter(line -> line.matches("(error|why|fix): .*")).toList();
        assertEquals(3, lines.size(), said);
        assertTrue(result.err().contains(mentions), said);
        assertFalse(result.err().contains("\tat "), said);
    }

    private static String out(String name) {
        return folder.resolve("out-" + name).toString();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static Path copyOfModel(String name, byte[] weights) throws IOException {
        Path copy = Files.createDirectories(folder.resolve(name));
        for (String file : List.of("config.json", "tokenizer.json")) {
            Files.copy(Path.of(model).resolve(file), copy.resolve(file));
        }
        Files.write(copy.resolve("model.safetensors"), weights);
        return copy;
    }

    private static JsonObject object(String line) {
        return JsonParser.parseString(line).getAsJsonObject();
    }

    private static void fields(JsonObject object, String... names) {
        for (String name : names) {
            assertTrue(object.has(name), () -> name + " is missing in " + object);
        }
    }
}
