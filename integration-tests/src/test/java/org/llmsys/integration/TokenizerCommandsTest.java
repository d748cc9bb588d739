package org.llmsys.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llmsys.integration.harness.CommandLine;
import org.llmsys.integration.harness.CommandLine.Result;
import org.llmsys.integration.inside.TinyRuns;

/** The commands for tokenizers, run as a person runs them: the real script, real processes, and the Gogo shell. */
class TokenizerCommandsTest {

    @TempDir
    static Path folder;
    private static CommandLine llmsys;
    private static String text;
    private static String words;

    @BeforeAll
    static void trainATokenizer() throws IOException {
        Assumptions.assumeTrue(CommandLine.isBuilt(), "the launcher is not built: mvn -pl launcher -am package");
        llmsys = new CommandLine(folder);
        text = Files.writeString(folder.resolve("text.txt"), TinyRuns.TEXT).toString();
        words = folder.resolve("words.json").toString();
        JsonObject trained = ok("tokenizer-train", "--text", text, "--type", "byte-bpe", "--vocab-size", "300", "--out", words, "--json");
        assertEquals(words, trained.get("out").getAsString());
        assertEquals(300, trained.get("vocabSize").getAsInt());
        assertTrue(trained.get("bytesPerToken").getAsDouble() > 1);
    }

    private static JsonObject ok(String... line) {
        Result result = llmsys.run(line);
        assertEquals(0, result.exit(), result.err());
        return JsonParser.parseString(result.lastLine()).getAsJsonObject();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer-train", "tokenizer-info", "tokenizer-convert"})
    @DisplayName("--help begins with examples, on standard output, and ends with 0")
    void help(String command) {
        Result help = llmsys.run(command, "--help");
        assertEquals(0, help.exit(), help.err());
        assertTrue(help.out().indexOf("Examples") > 0 && help.out().indexOf("Examples") < help.out().indexOf("Options"), help.out());
        assertEquals("", help.err());
    }

    @Test
    @DisplayName("ids that tokenize prints are decoded to the same text; the file written is what info describes")
    void thereAndBack() {
        JsonObject tokens = ok("tokenize", "--tokenizer", words, "--json", "The light");
        assertEquals("The light", ok("tokenize", "--tokenizer", words, "--decode", "--json", tokens.get("ids").toString()).get("text").getAsString());
        JsonObject info = ok("tokenizer-info", "--tokenizer", words, "--json", "The light");
        assertEquals("byte-bpe", info.get("kind").getAsString());
        assertEquals(43, info.get("merges").getAsInt());
        assertEquals(tokens.getAsJsonArray("ids").size(), info.getAsJsonObject("text").get("tokens").getAsInt());
    }

    @Test
    @DisplayName("--explain --json prints a line a merge and one at the end")
    void explain() {
        Result result = llmsys.run("tokenizer-train", "--text", text, "--type", "bpe", "--vocab-size", "260", "--explain", "--json");
        assertEquals(0, result.exit(), result.err());
        List<JsonObject> lines = result.out().lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
        assertEquals(5, lines.size());
        for (int i = 0; i < 4; i++) {
            assertEquals(i + 1, lines.get(i).get("step").getAsInt());
            assertTrue(lines.get(i).keySet().containsAll(List.of("left", "right", "token", "id", "count")), lines.get(i).toString());
        }
        assertEquals(4, lines.getLast().get("merges").getAsInt());
    }

    @Test
    @DisplayName("convert writes a file that serves as the first one does")
    void convert() {
        String copy = folder.resolve("copy.json").toString();
        assertTrue(ok("tokenizer-convert", "--tokenizer", words, "--form", "tokenizer.json", "--out", copy, "--json").get("lost").isJsonNull());
        assertEquals(-1, ok("compare", "tokenizer", words, copy, "--text", text, "--json").get("firstDifferingToken").getAsInt());
    }

    @Test
    @DisplayName("compare sets a file beside a kind trained on the same text")
    void compare() {
        JsonObject result = ok("compare", "tokenizer", words, "char", "The light", "--json");
        for (String field : List.of("slot", "a", "b", "tokensA", "tokensB", "bytesPerTokenA", "bytesPerTokenB", "millisA", "millisB",
                "firstDifferingToken", "differences")) {
            assertTrue(result.has(field), field);
        }
        assertEquals(9, result.get("tokensB").getAsInt());
        assertTrue(result.get("tokensA").getAsInt() < 9 && result.getAsJsonArray("differences").size() > 0, result.toString());
    }

    @Test
    @DisplayName("the Gogo shell has them under their names, hyphens and all, and one that fails ends the script")
    void gogo() {
        Result both = llmsys.run("exec", "tokenizer-info --tokenizer " + words + " --json; llmsys:tokenize --tokenizer " + words + " --decode 104 105");
        assertEquals(0, both.exit(), both.err());
        assertTrue(both.out().contains("\"kind\": \"byte-bpe\""), both.out());
        assertEquals(2, llmsys.run("exec", "tokenizer-train --text " + text + " --type nothing --out x; version").exit());
    }

    @ParameterizedTest
    @CsvSource({"2, tokenizer-train --text TEXT --type bytebpe --out OUT, byte-bpe", "1, tokenizer-train --text none.txt --type char --out OUT, none.txt",
        "2, tokenizer-convert --tokenizer WORDS --form ggguf --out OUT, gguf", "1, tokenizer-info --tokenizer none.json, none.json",
        "2, compare tokenizer WORDS unigran, unigram", "2, tokenizer-inf, tokenizer-info", "1, tokenize --tokenizer WORDS --decode 300, 300"})
    @DisplayName("what is wrong is said in three lines, with the right exit status, and nothing is written")
    void refusals(int exit, String line, String mentions) {
        String out = folder.resolve("refused.json").toString();
        Result result = llmsys.run(line.replace("TEXT", text).replace("WORDS", words).replace("OUT", out).split(" "));
        assertEquals(exit, result.exit(), line + ": " + result.err());
        assertEquals(3, result.err().lines().filter(l -> l.matches("(error|why|fix): .*")).count(), result.err());
        assertTrue(result.err().contains(mentions), result.err());
        assertFalse(Files.exists(Path.of(out)));
    }

    @Test
    @DisplayName("Ctrl-C ends training, and nothing is written")
    void interrupted() throws Exception {
        String large = Files.writeString(folder.resolve("large.txt"), TinyRuns.TEXT.repeat(4_000_000 / TinyRuns.TEXT.length())).toString();
        Path err = folder.resolve("interrupted.txt");
        Path out = folder.resolve("interrupted.json");
        Process process = llmsys.start(folder.resolve("o.txt"), err, "tokenizer-train", "--text", large, "--type", "bpe", "--vocab-size", "5000",
                "--out", out.toString());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.readString(err).contains(" of 4,744") && process.isAlive() && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "Ctrl-C does not end it");
        assertEquals(130, process.exitValue(), Files.readString(err));
        assertFalse(Files.exists(out));
    }
}
